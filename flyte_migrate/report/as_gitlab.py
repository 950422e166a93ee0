"""The code quality report of GitLab. https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format"""

from __future__ import annotations

import json
from typing import Any

from flyte_migrate.diagnostics import Diagnostic, Severity
from flyte_migrate.report.fingerprint import fingerprints
from flyte_migrate.report.run import Run, relative

_SEVERITIES = {Severity.NOTE: "info", Severity.MANUAL: "major", Severity.ERROR: "critical"}


def render(run: Run) -> str:
    """A JSON list with one issue for each finding."""
    issues = [_issue(finding, mark) for finding, mark in fingerprints(run.findings)]
    return json.dumps(issues, indent=2) + "\n"


def _issue(finding: Diagnostic, fingerprint: str) -> dict[str, Any]:
    place = {"line": finding.line, "column": finding.column + 1}
    return {
        "description": f"{finding.code}: {finding.message}",
        "check_name": finding.code,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": relative(finding.path), "positions": {"begin": place, "end": place}},
    }
