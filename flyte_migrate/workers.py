"""Work on many files in forked processes: they share what is known of the project without a copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

Item = TypeVar("Item")
Shared = TypeVar("Shared")
Result = TypeVar("Result")

#: Below this many files a second process costs more than it saves.
FILES_PER_WORKER = 20

#: What the forked processes of the current call share: the function, and what it takes besides an item.
_current: tuple[Callable[[Any, Any], Any], Any] | None = None


def each(
    function: Callable[[Item, Shared], Result], items: Sequence[Item], shared: Shared, jobs: int
) -> Iterator[Result]:
    """``function(item, shared)`` of every item, in their order, by so many processes. Results are pickled."""
    global _current
    if jobs < 2:
        for item in items:
            yield function(item, shared)
        return
    _current = (function, shared)
    try:
        with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
            yield from pool.map(_one, items, chunksize=4)
    finally:
        _current = None


def _one(item: Any) -> Any:
    assert _current is not None
    function, shared = _current
    return function(item, shared)
