"""Work on many files in forked processes: they share what is known of the project without a copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
    """``function(item, shared)`` of every item, in their order, by so many processes. Results are pickled.

    One process does it all where none can be forked, and the rest where one of them is killed, as for want of memory.
    """
    done = 0
    for result in _forked(function, items, shared, jobs) if jobs > 1 else ():
        done += 1
        yield result
    for item in items[done:]:
        yield function(item, shared)


def _forked(
    function: Callable[[Item, Shared], Result], items: Sequence[Item], shared: Shared, jobs: int
) -> Iterator[Result]:
    """The results of as many items, from the first on, as the processes live to do."""
    # Imported here because a run of one process, which most are, has no use for them.
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_all_start_methods, get_context

    global _current
    if "fork" not in get_all_start_methods():  # Windows
        return
    _current = (function, shared)
    try:
        with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
            yield from pool.map(_one, items, chunksize=max(1, min(32, len(items) // (jobs * 4))))
    except BrokenProcessPool:
        return
    finally:
        _current = None


def _one(item: Any) -> Any:
    assert _current is not None
    function, shared = _current
    return function(item, shared)
