"""`flyte.syncify`: async functions that can be called from sync code too, and by `.aio()` from async code.

All of them run on one background loop. A blocking call from that very loop can never end, hence the assertion that
users know as "Deadlock detected" (MAPPING TRAP-17).
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any

__all__ = ["Syncify", "syncify"]


class _BackgroundLoop:
    """An event loop on a daemon thread, started on first use."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The running loop."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(name=self.name, target=self._run, daemon=True)
                self._thread.start()
            return self._loop

    def _run(self) -> None:
        assert self._loop is not None
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def is_current(self) -> bool:
        """Whether the caller is on the loop's thread."""
        return self._thread is not None and threading.current_thread() is self._thread

    def call(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run on the loop and block for the result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()

    async def aio(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run on the loop and await the result from another loop."""
        if self.is_current():
            return await coroutine
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(coroutine, self.loop))

    def iterate(self, generator: AsyncIterator[Any]) -> Iterator[Any]:
        """Pull an async iterator from sync code."""
        try:
            while True:
                try:
                    value = self.call(generator.__anext__())  # type: ignore[arg-type]
                except StopAsyncIteration:
                    return
                yield value
        finally:
            self.call(_close(generator))

    async def aiter(self, generator: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Pull an async iterator from async code."""
        try:
            while True:
                try:
                    value = await self.aio(generator.__anext__())  # type: ignore[arg-type]
                except StopAsyncIteration:
                    return
                yield value
        finally:
            await self.aio(_close(generator))


async def _close(generator: AsyncIterator[Any]) -> None:
    close = getattr(generator, "aclose", None)
    if close is not None:
        await close()


class _SyncWrapper:
    """A callable with `.aio`."""

    def __init__(self, fn: Any, background: _BackgroundLoop, bound_to: Any = None) -> None:
        self.fn = fn
        self._background = background
        self._bound_to = bound_to
        if not isinstance(fn, (classmethod, staticmethod)):
            functools.update_wrapper(self, fn)

    def __get__(self, instance: Any, owner: type) -> _SyncWrapper:
        if isinstance(self.fn, (classmethod, staticmethod)):
            return _SyncWrapper(self.fn.__get__(instance, owner), self._background)
        if instance is None:
            return self
        return _SyncWrapper(functools.partial(self.fn, instance), self._background)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._background.is_current():
            name = getattr(self.fn, "__name__", None) or getattr(getattr(self.fn, "func", None), "__name__", "")
            raise AssertionError(
                f"Deadlock detected: blocking call used in syncify thread {self._background.name} when calling"
                f" function {name}, use .aio() if in an async call."
            )
        result = self.fn(*args, **kwargs)
        if inspect.iscoroutine(result):
            return self._background.call(result)
        return self._background.iterate(result)

    def aio(self, *args: Any, **kwargs: Any) -> Any:
        """The same call, to be awaited (or iterated with `async for`)."""
        result = self.fn(*args, **kwargs)
        if inspect.iscoroutine(result):
            return self._background.aio(result)
        return self._background.aiter(result)


class Syncify:
    """Makes decorators that share one background loop."""

    def __init__(self, name: str = "flyte_syncify") -> None:
        self._background = _BackgroundLoop(name)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop the decorated functions run on."""
        return self._background.loop

    def __call__(self, fn: Callable[..., Any]) -> Any:
        """Wrap a coroutine function, an async generator function, or a class- or static method of those.

        Raises:
            TypeError: for anything else.
        """
        inner = fn.__func__ if isinstance(fn, (classmethod, staticmethod)) else fn
        if not (inspect.iscoroutinefunction(inner) or inspect.isasyncgenfunction(inner)):
            raise TypeError("Syncify can only be applied to async functions, async generators, async classmethods.")
        return _SyncWrapper(fn, self._background)


syncify = Syncify()
