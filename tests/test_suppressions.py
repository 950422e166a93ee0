"""Ignore comments: what they silence, and when one is called unused."""

from __future__ import annotations

from collections.abc import Callable

from flyte_migrate.diagnostics import Diagnostic, Severity
from flyte_migrate.project.facts import Ignore
from flyte_migrate.suppressions import suppress


def finding(line: int, code: str) -> Diagnostic:
    return Diagnostic("a.py", line, 4, code, "message")


def after(
    findings: list[Diagnostic], *ignores: Ignore, can_find: Callable[[str], bool] = lambda code: True
) -> list[tuple[int, str]]:
    return [(item.line, item.code) for item in suppress("a.py", findings, ignores, can_find)]


def test_a_comment_silences_its_codes_on_its_line_only() -> None:
    findings = [finding(1, "FM101"), finding(1, "FM102"), finding(2, "FM101")]
    assert after(findings, Ignore(1, ("FM101",))) == [(1, "FM102"), (2, "FM101")]


def test_a_comment_without_codes_silences_its_line() -> None:
    assert after([finding(1, "FM101"), finding(1, "FM102"), finding(2, "FM101")], Ignore(1, ())) == [(2, "FM101")]


def test_a_prefix_silences_all_codes_that_begin_with_it() -> None:
    assert after([finding(1, "FM101"), finding(1, "FM201")], Ignore(1, ("FM1",))) == [(1, "FM201")]


def test_a_comment_that_silences_nothing_is_noted() -> None:
    (note,) = suppress("a.py", [], [Ignore(7, ("FM101", "FM102"))], lambda code: True)
    assert (note.line, note.code, note.severity) == (7, "FM005", Severity.NOTE)
    assert "ignore[FM101, FM102]" in note.message


def test_a_comment_that_silences_one_of_its_codes_is_used() -> None:
    assert after([finding(1, "FM101")], Ignore(1, ("FM101", "FM102"))) == []


def test_a_code_that_this_run_can_not_find_is_left_to_the_run_that_can() -> None:
    assert after([], Ignore(1, ("FM101", "FM901")), can_find=lambda code: code == "FM901") == []


def test_the_note_can_not_silence_itself_into_being() -> None:
    assert after([], Ignore(1, ())) == []
