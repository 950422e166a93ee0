"""Annotations of GitHub Actions: workflow commands, one line each.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from flyte_migrate.diagnostics import Diagnostic, Severity
from flyte_migrate.report.run import Run, described, relative

_LEVELS = {Severity.NOTE: "notice", Severity.MANUAL: "warning", Severity.ERROR: "error"}


def render(run: Run) -> str:
    """One ``::warning file=…::message`` line for each finding."""
    return "".join(_annotation(finding) + "\n" for finding in run.findings)


def _annotation(finding: Diagnostic) -> str:
    place = f"file={_property(relative(finding.path))},line={finding.line},col={finding.column + 1}"
    title = _property(f"{finding.code} {described(finding.code).name}")
    return f"::{_LEVELS[finding.severity]} {place},title={title}::{_data(finding.code + ' ' + finding.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
