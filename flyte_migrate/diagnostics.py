"""Diagnostics and per-file outcomes: the only things that leave the engine.

Everything here is frozen and picklable, so that workers can hand it back, and free of libcst, so that ``check`` stays
light.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Severity(str, Enum):
    """The fate of the construct that a diagnostic is about."""

    NOTE = "note"  # converted, and behaves differently in a named way
    MANUAL = "manual"  # left for a person
    ERROR = "error"  # the file itself could not be processed


@dataclass(frozen=True, order=True)
class Diagnostic:
    """One finding. ``line`` is 1-based, ``column`` 0-based, both in the original source."""

    path: str
    line: int
    column: int
    code: str
    message: str
    severity: Severity = field(default=Severity.MANUAL, compare=False)
    symbol: str | None = None


@dataclass(frozen=True)
class Unchanged:
    """Nothing to do; ``diagnostics`` may still hold findings (TODO comments are already there)."""

    path: str
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class Rewritten:
    """The file's new bytes. ``before`` is what was read, for the diff and the guard against lost updates."""

    path: str
    before: bytes
    after: bytes
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class Skipped:
    """Left alone on request or because its input can't be read as Python; the rest of the run goes on."""

    path: str
    reason: str
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class Failed:
    """An internal failure (exit 3). The file was not touched."""

    path: str
    reason: str
    detail: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()


Outcome = Unchanged | Rewritten | Skipped | Failed
