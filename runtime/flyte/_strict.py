"""Strict mode: errors where the real local mode is silent, because code would fail or mislead once deployed.

It is off unless `enable()` is called or `FLYTE_MIGRATE_STRICT=1` is set. A violation is raised as `StrictError`, which
is not an `Exception`: no `except Exception` of the program under test and no retry can hide it. All violations are also
kept in a list, so that one caught by `asyncio.gather(..., return_exceptions=True)` is still seen.
"""

from __future__ import annotations

import contextvars
import inspect
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from types import CodeType, CoroutineType, FrameType
from typing import Any, NoReturn

VARIABLE = "FLYTE_MIGRATE_STRICT"

_OWN_FOLDER = os.path.dirname(os.path.abspath(__file__)) + os.sep
_PLUGINS_FOLDER = os.path.join(os.path.dirname(os.path.dirname(_OWN_FOLDER)), "flyteplugins") + os.sep
_STDLIB_FOLDER = os.path.dirname(os.path.abspath(os.__file__)) + os.sep

_enabled = os.environ.get(VARIABLE, "").lower() in ("1", "true", "yes", "on")
_lock = threading.Lock()


@dataclass(frozen=True)
class Violation:
    """One finding.

    Args:
        rule: name of the check.
        file, line: the user's code.
        message: what is wrong.
        advice: what to write instead.
    """

    rule: str
    file: str
    line: int
    message: str
    advice: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.rule}: {self.message} {self.advice}"


class StrictError(BaseException):
    """Raised for a violation; `violation` describes it."""

    def __init__(self, violation: Violation) -> None:
        super().__init__(str(violation))
        self.violation = violation


_violations: list[Violation] = []


def enable() -> None:
    """Turn strict mode on for this process."""
    global _enabled
    _enabled = True


def disable() -> None:
    """Turn strict mode off."""
    global _enabled
    _enabled = False


def enabled() -> bool:
    """Whether strict mode is on."""
    return _enabled


def violations() -> list[Violation]:
    """All violations so far, as a copy."""
    with _lock:
        return list(_violations)


def violations_as_dicts() -> list[dict[str, Any]]:
    """All violations so far, ready for JSON."""
    return [asdict(each) for each in violations()]


def clear() -> None:
    """Forget all violations."""
    with _lock:
        _violations.clear()


Location = tuple[str, int]


def _is_user_file(filename: str) -> bool:
    if filename.startswith("<"):
        return False
    path = os.path.abspath(filename)
    if path.startswith((_OWN_FOLDER, _PLUGINS_FOLDER)):
        return False
    return "site-packages" in path or not path.startswith(_STDLIB_FOLDER)


def user_location(frame: FrameType | None = None) -> Location:
    """File and line of the innermost frame that is neither ours nor the standard library's."""
    current: FrameType | None = frame or sys._getframe(1)
    while current is not None:
        if _is_user_file(current.f_code.co_filename):
            return current.f_code.co_filename, current.f_lineno
        current = current.f_back
    return _calling.get()


# The task call whose values are being converted: the place to name when no frame of the user's is on this thread.
_calling: contextvars.ContextVar[Location] = contextvars.ContextVar("flyte-calling", default=("<unknown>", 0))


def calling(location: Location) -> None:
    """Note the place of the task call that is being made."""
    _calling.set(location)


def location_of(func: Any) -> Location:
    """File and line of a function's definition."""
    code = getattr(inspect.unwrap(func), "__code__", None) if callable(func) else None
    return (code.co_filename, code.co_firstlineno) if isinstance(code, CodeType) else ("<unknown>", 0)


def note(rule: str, message: str, advice: str, location: Location | None = None) -> Violation:
    """Record a violation without raising it."""
    file, line = location or user_location(sys._getframe(1))
    violation = Violation(rule, file, line, message, advice)
    with _lock:
        _violations.append(violation)
    return violation


def fail(rule: str, message: str, advice: str, location: Location | None = None) -> NoReturn:
    """Record a violation and raise it.

    Raises:
        StrictError: always.
    """
    raise StrictError(note(rule, message, advice, location or user_location(sys._getframe(1))))


# --- things that must be used: coroutines to be awaited, map results to be consumed --------------------------------


@dataclass
class _Pending:
    unused: Callable[[], bool]
    discard: Callable[[], None]
    rule: str
    message: str
    advice: str
    location: Location


class Scope:
    """What a task body made and must have used by the time it ends."""

    def __init__(self) -> None:
        self._pending: list[_Pending] = []

    def add(self, pending: _Pending) -> None:
        """Watch one thing."""
        self._pending.append(pending)

    def close(self) -> None:
        """Check everything.

        Raises:
            StrictError: for the first thing that was not used; the others are recorded.
        """
        first: Violation | None = None
        for each in self._pending:
            if each.unused():
                each.discard()
                violation = note(each.rule, each.message, each.advice, each.location)
                first = first or violation
        self._pending.clear()
        if first is not None:
            raise StrictError(first)


_process_scope = Scope()


def _scope() -> Scope:
    from ._context import internal_ctx

    current: Any = internal_ctx().data.scope
    return current if current is not None else _process_scope


def close_process_scope() -> None:
    """Check what was made outside of any task.

    Raises:
        StrictError: for the first thing that was not used.
    """
    _process_scope.close()


def must_await(coroutine: CoroutineType[Any, Any, Any], what: str, location: Location | None = None) -> None:
    """Watch a coroutine: `what` names the call that made it (MAPPING TRAP-16, TRAP-18)."""
    if not _enabled:
        return
    _scope().add(
        _Pending(
            lambda: inspect.getcoroutinestate(coroutine) == inspect.CORO_CREATED,
            coroutine.close,
            "unawaited-call",
            f"{what} returns a coroutine, and nothing awaits it: the call does not run.",
            "Write `await` before it in an `async def` task; from a sync task call a sync task instead.",
            location or user_location(sys._getframe(1)),
        )
    )


def must_consume(is_started: Callable[[], bool], what: str, location: Location | None = None) -> None:
    """Watch the result of a map (MAPPING TRAP-06); `is_started` says whether somebody has begun to consume it."""
    if not _enabled:
        return
    _scope().add(
        _Pending(
            lambda: not is_started(),
            lambda: None,
            "unconsumed-map",
            f"{what} makes a generator, and nothing consumes it: no task runs.",
            "Wrap it in `list(...)` or iterate over it.",
            location or user_location(sys._getframe(1)),
        )
    )
