"""`flyte.trace`: functions recorded as steps of the running task (upstream: `flyte._trace`)."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from . import _convert
from ._context import Context, internal_ctx
from ._interface import NativeInterface


def _scope(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Context, NativeInterface]:
    """The context of the step; its arguments must be values that can be stored, as upstream stores them."""
    current = internal_ctx()
    interface = NativeInterface.from_callable(func)
    if interface.inputs:
        _convert.inputs_to_wire(interface, args, dict(kwargs))
    assert current.data.task_context is not None
    action = current.data.task_context.action.new_sub_action()
    task_context = current.data.task_context.replace(action=action)
    return Context(current.data.replace(task_context=task_context, in_trace=True)), interface


def _store(value: Any, interface: NativeInterface, func: Callable[..., Any]) -> None:
    if interface.outputs and value is not None:
        _convert.outputs_to_wire(value, interface, func.__name__)


def trace(func: Callable[..., Any]) -> Callable[..., Any]:
    """Record the calls of a function, async function, generator or async generator made inside a run.

    No task may be called within; outside a run the function is simply called.
    """
    if inspect.iscoroutinefunction(func):

        @functools.wraps(func)
        async def call_async(*args: Any, **kwargs: Any) -> Any:
            if not internal_ctx().is_task_context():
                return await func(*args, **kwargs)
            scope, interface = _scope(func, args, kwargs)
            with scope:
                value = await func(*args, **kwargs)
            _store(value, interface, func)
            return value

        return call_async

    if inspect.isasyncgenfunction(func):

        @functools.wraps(func)
        async def iterate_async(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            if internal_ctx().is_task_context():
                scope, _ = _scope(func, args, kwargs)
                with scope:
                    async for value in func(*args, **kwargs):
                        yield value
                return
            async for value in func(*args, **kwargs):
                yield value

        return iterate_async

    if inspect.isgeneratorfunction(func):

        @functools.wraps(func)
        def iterate(*args: Any, **kwargs: Any) -> Iterator[Any]:
            if internal_ctx().is_task_context():
                scope, _ = _scope(func, args, kwargs)
                with scope:
                    yield from func(*args, **kwargs)
                return
            yield from func(*args, **kwargs)

        return iterate

    @functools.wraps(func)
    def call(*args: Any, **kwargs: Any) -> Any:
        if not internal_ctx().is_task_context():
            return func(*args, **kwargs)
        scope, interface = _scope(func, args, kwargs)
        with scope:
            value = func(*args, **kwargs)
        _store(value, interface, func)
        return value

    return call
