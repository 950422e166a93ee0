"""`flyte.map`: local mode runs the elements one after the other, in order.

Upstream: `flyte._map`; MAPPING section 5.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncGenerator, Generator, Iterable
from typing import Any

from . import _strict
from ._context import internal_ctx
from ._controller import submit_blocking
from ._group import group
from ._logging import logger
from ._task import AsyncFunctionTaskTemplate, call_location, in_event_loop
from .syncify import syncify


def _task_of(func: Any) -> Any:
    if isinstance(func, functools.partial):
        validate_partial(func)
        return func.func
    return func


def validate_partial(func: functools.partial[Any]) -> None:
    """Check that a partial leaves exactly one parameter to map over.

    Raises:
        TypeError: when it does not, or when a parameter bound by name precedes the mapped one (MAPPING TRAP-04).
    """
    task: Any = func.func
    names = list(task.native_interface.inputs)
    unspecified = len(names) - len(func.args) - len(func.keywords)
    if unspecified != 1:
        raise TypeError(
            f"Partial function must leave exactly one parameter unspecified for mapping. "
            f"Found {unspecified} unspecified parameters in {task.name}, "
            f"params: {task.native_interface.inputs.keys()}"
        )
    for name in names[: len(func.args) + 1]:
        if name in func.keywords:
            raise TypeError(
                f"Parameter '{name}' is provided both as positional argument and keyword argument "
                f"in partial function {task.name}."
            )


async def _invoke(task: Any, arguments: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """One element. Outside a run `.aio` of an async task yields a coroutine, which is awaited too."""
    result = await task.aio(*arguments, **kwargs)
    return await result if inspect.iscoroutine(result) else result


_invoke_on_loop = syncify(_invoke)


def _invoke_blocking(func: Any, arguments: tuple[Any, ...], location: _strict.Location) -> Any:
    """One element, from sync code: a sync task directly, anything else on the background loop."""
    task, kwargs = func, {}
    if isinstance(func, functools.partial):
        task, arguments, kwargs = func.func, (*func.args, *arguments), func.keywords
    current = internal_ctx()
    if (
        type(task) is AsyncFunctionTaskTemplate
        and task._call_as_synchronous
        and current.is_task_context()
        and not current.is_in_trace()
        and not in_event_loop()
    ):
        return submit_blocking(task, location, arguments, kwargs)
    return _invoke_on_loop(task, arguments, kwargs)


def _rows(task: Any, iterables: tuple[Iterable[Any], ...], location: _strict.Location) -> Iterable[tuple[Any, ...]]:
    """The argument tuples; as upstream they end with the shortest iterable (MAPPING TRAP-05)."""
    if not _strict.enabled():
        return zip(*iterables, strict=False)
    sizes = [len(each) for each in iterables if hasattr(each, "__len__")]  # type: ignore[arg-type]
    if len(set(sizes)) > 1:
        _strict.fail(
            "unequal-map-lengths",
            f"the lists mapped over `{task.name}` have the lengths {', '.join(str(size) for size in sizes)}; "
            f"only {min(sizes)} calls would be made.",
            "Pass lists of one length, e.g. through `zip(..., strict=True)`.",
            location,
        )
    return zip(*iterables, strict=False)


def _name(task: Any, group_name: str | None) -> str:
    return f"{task.name}_{group_name or 'map'}"


class _Mapper:
    """`flyte.map` and `flyte.map.aio`."""

    validate_partial = staticmethod(validate_partial)

    def __call__(
        self,
        func: Any,
        *args: Iterable[Any],
        group_name: str | None = None,
        concurrency: int = 0,
        return_exceptions: bool = True,
    ) -> Generator[Any, None, None]:
        """Call a task for each element of the iterables, lazily: nothing runs until the result is consumed.

        Args:
            func: a task, or a `functools.partial` of one that leaves one parameter.
            args: iterables, in the order of the task's parameters.
            group_name: shown name of the group.
            concurrency: how many run at once on a cluster; 0 for no limit.
            return_exceptions: yield failures instead of raising them (MAPPING TRAP-03).
        """
        started: list[bool] = []
        location = call_location()
        generator = self._blocking(func, args, group_name, return_exceptions, started, location)
        if args:
            _strict.must_consume(lambda: bool(started), "`flyte.map(...)`", location)
        return generator

    def _blocking(
        self,
        func: Any,
        iterables: tuple[Iterable[Any], ...],
        group_name: str | None,
        return_exceptions: bool,
        started: list[bool],
        location: _strict.Location,
    ) -> Generator[Any, None, None]:
        started.append(True)
        if not iterables:
            return
        task = _task_of(func)
        with group(_name(task, group_name)):
            logger.debug("Running map in local mode, which will run every task sequentially.")
            for row in _rows(task, iterables, location):
                try:
                    value = _invoke_blocking(func, row, location)
                except Exception as error:
                    if not return_exceptions:
                        raise
                    value = error
                yield value

    def aio(
        self,
        func: Any,
        *args: Iterable[Any],
        group_name: str | None = None,
        concurrency: int = 0,
        return_exceptions: bool = True,
    ) -> AsyncGenerator[Any, None]:
        """The same for async code: iterate over it with `async for`."""
        started: list[bool] = []
        location = call_location()
        generator = self._async(func, args, group_name, return_exceptions, started, location)
        if args:
            _strict.must_consume(lambda: bool(started), "`flyte.map.aio(...)`", location)
        return generator

    async def _async(
        self,
        func: Any,
        iterables: tuple[Iterable[Any], ...],
        group_name: str | None,
        return_exceptions: bool,
        started: list[bool],
        location: _strict.Location,
    ) -> AsyncGenerator[Any, None]:
        started.append(True)
        if not iterables:
            return
        task = _task_of(func)
        bound, keywords = (func.args, func.keywords) if isinstance(func, functools.partial) else ((), {})
        with group(_name(task, group_name)):
            for row in _rows(task, iterables, location):
                try:
                    value = await _invoke(task, (*bound, *row), keywords)
                except Exception as error:
                    if not return_exceptions:
                        raise
                    value = error
                yield value


map = _Mapper()  # noqa: A001 - upstream's name
