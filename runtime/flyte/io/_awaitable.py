"""Coroutine functions whose result strict mode expects to be awaited."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from .. import _strict

F = TypeVar("F", bound=Callable[..., Coroutine[Any, Any, Any]])


def to_be_awaited(fn: F) -> F:
    """`fn`, whose unawaited result is an error in strict mode: upstream silently does nothing (MAPPING TRAP-16)."""

    @functools.wraps(fn)
    def call(*args: Any, **kwargs: Any) -> Any:
        coroutine = fn(*args, **kwargs)
        if _strict.enabled():
            _strict.must_await(coroutine, f"`{fn.__qualname__}(...)`", _strict.user_location())  # type: ignore[arg-type]
        return coroutine

    if hasattr(inspect, "markcoroutinefunction"):
        inspect.markcoroutinefunction(call)
    return call  # type: ignore[return-value]
