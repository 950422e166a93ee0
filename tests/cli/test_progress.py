"""The progress line: on a terminal, after a second, and gone before anything else is written."""

from __future__ import annotations

import io
import sys

import pytest

from flyte_migrate.cli import progress
from flyte_migrate.cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def shown(
    monkeypatch: pytest.MonkeyPatch, clock: list[float], stream: io.StringIO, wait: float, quiet: bool = False
) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress("checked", quiet) as line:
        clock[0] += wait
        line(1, 4)
        line(2, 4)
    return stream.getvalue()


def test_work_that_takes_long_is_shown_and_taken_away(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    assert shown(monkeypatch, clock, Terminal(), 2.0) == "\r\x1b[Kchecked 1 of 4 files (25 %)\r\x1b[K"


def test_quick_work_is_not_shown(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    assert shown(monkeypatch, clock, Terminal(), 0.5) == ""


def test_only_a_terminal_sees_it(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    assert shown(monkeypatch, clock, io.StringIO(), 2.0) == ""


def test_quiet_means_quiet(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    assert shown(monkeypatch, clock, Terminal(), 2.0, quiet=True) == ""
