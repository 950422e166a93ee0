"""Files opened from async code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import IO, Any

_BLOCKING = frozenset(
    {"read", "read1", "readall", "readinto", "readline", "readlines", "write", "writelines", "seek", "tell", "flush"}
    | {"truncate", "peek", "close", "detach"}
)


class AsyncHandle:
    """An open file whose blocking methods are coroutines that run on a thread; everything else is the file's own."""

    def __init__(self, file: IO[Any]) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._file, name)
        return _on_thread(attribute) if name in _BLOCKING else attribute

    def __aiter__(self) -> AsyncHandle:
        return self

    async def __anext__(self) -> Any:
        line = await asyncio.to_thread(self._file.readline)
        if not line:
            raise StopAsyncIteration
        return line


def _on_thread(method: Callable[..., Any]) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> Any:
        return await asyncio.to_thread(method, *args, **kwargs)

    return call
