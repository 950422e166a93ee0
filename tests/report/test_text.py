"""What people read: lines, explanations, statistics, the summary, and colours."""

from __future__ import annotations

import io

import pytest

from flyte_migrate.diagnostics import Diagnostic, Failed, Rewritten, Severity, Unchanged
from flyte_migrate.report import as_text
from flyte_migrate.report.run import Run
from flyte_migrate.report.style import Color, Style

PLAIN = Style(enabled=False)
NOTE = Diagnostic("b.py", 1, 0, "FM005", "a note", Severity.NOTE)
MANUAL = Diagnostic("b.py", 2, 3, "FM203", "by hand dict[str, int] [/red] :smile:")


def run(*findings: Diagnostic, command: str = "check") -> Run:
    return Run("migrate" if command == "migrate" else "check", (Unchanged("b.py", findings),), 2, 0.34)


def test_lines_are_written_as_they_are() -> None:
    assert list(as_text.concise(run(MANUAL, NOTE), PLAIN)) == [
        "b.py:1:1: FM005 a note",
        "b.py:2:4: FM203 by hand dict[str, int] [/red] :smile:",
    ]


def test_code_in_an_explanation_keeps_its_lines() -> None:
    lines = list(as_text.grouped(run(MANUAL), PLAIN, verbose=False))
    start = lines.index("What to do:")
    assert lines[start + 1] == "  FM203 @env.task"
    assert lines[start + 2].startswith("        def main(")


def test_verbose_adds_links() -> None:
    assert any("https://" in line for line in as_text.grouped(run(NOTE), PLAIN, verbose=True))


def test_a_code_of_another_version_is_no_error() -> None:
    odd = Diagnostic("b.py", 1, 0, "FM899", "left by a newer version")
    assert next(as_text.grouped(run(odd), PLAIN, verbose=True)) == "b.py:1:1: FM899 left by a newer version"
    assert list(as_text.statistics(run(odd), PLAIN)) == ["1  FM899  A finding of another version."]


@pytest.mark.parametrize(
    ("what", "line"),
    [
        (run(), "2 files scanned, 0 findings, 0 failed in 0.3 s"),
        (run(MANUAL, NOTE), "2 files scanned, 1 finding (1 FM203), 1 note, 0 failed in 0.3 s"),
        (
            run(MANUAL, command="migrate"),
            "2 files scanned, 0 would change, 1 left for you (1 FM203), 0 failed in 0.3 s",
        ),
        (
            Run("migrate", (Rewritten("a.py", b"", b"x"), Failed("c.py", "no")), 2, 12.0, written=True),
            "2 files scanned, 1 changed, 0 left for you, 1 failed in 12.0 s",
        ),
        (
            run(*(Diagnostic("a.py", line, 0, f"FM9{line:02}", "") for line in range(10, 20))),
            "2 files scanned, 10 findings (1 FM910, 1 FM911, 1 FM912, 1 FM913, 1 FM914, 1 FM915 and 4 other codes), "
            "0 failed in 0.3 s",
        ),
    ],
)
def test_the_summary_line(what: Run, line: str) -> None:
    assert as_text.summary(what, PLAIN) == line


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colours_are_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert Style.of(Terminal(), Color.AUTO).enabled
    assert not Style.of(io.StringIO(), Color.AUTO).enabled
    assert Style.of(io.StringIO(), Color.ALWAYS).enabled
    assert not Style.of(Terminal(), Color.NEVER).enabled


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_the_environment_can_switch_colours_off(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(name, value)
    assert not Style.of(Terminal(), Color.AUTO).enabled
    assert Style.of(Terminal(), Color.ALWAYS).enabled
