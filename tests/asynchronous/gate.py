"""Tasks that report that they run, and end only when they are told to: order without clocks."""

from __future__ import annotations

import threading

_changed = threading.Condition()
_running: set[str] = set()
_finished: set[str] = set()
_released: set[str] = set()
_TIMEOUT = 20.0


def hold(name: str) -> int:
    """Called by a task: wait to be released. Gives 1, so that there is something to hand on."""
    with _changed:
        _running.add(name)
        _changed.notify_all()
        if not _changed.wait_for(lambda: name in _released, _TIMEOUT):
            raise TimeoutError(f"{name} was never released")
        _running.discard(name)
        _finished.add(name)
        _changed.notify_all()
    return 1


def reset() -> None:
    with _changed:
        _running.clear()
        _finished.clear()
        _released.clear()


def running() -> set[str]:
    with _changed:
        return set(_running)


def wait_until_running(names: set[str], timeout: float) -> bool:
    """Whether exactly these tasks run before the time is up."""
    with _changed:
        return _changed.wait_for(lambda: _running == names, timeout)


def release(name: str) -> None:
    """Let a task end, and wait until it has."""
    with _changed:
        _released.add(name)
        _changed.notify_all()
        _changed.wait_for(lambda: name in _finished, _TIMEOUT)
