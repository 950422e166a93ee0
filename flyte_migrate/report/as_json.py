"""JSON: everything that is known, for scripts. The shape only ever grows; ``version`` changes if it must break."""

from __future__ import annotations

import json
from typing import Any

from flyte_migrate.diagnostics import Diagnostic, Failed, Outcome, Rewritten, Skipped
from flyte_migrate.report.run import Run, by_code, described, relative

VERSION = 1


def render(run: Run) -> str:
    """An object with ``findings``, ``files`` (all but the unchanged ones) and ``summary``."""
    document = {
        "version": VERSION,
        "command": run.command,
        "findings": [_finding(item) for item in run.findings],
        "files": [_file(outcome, run.written) for outcome in run.outcomes if _tells(outcome)],
        "summary": {
            "scanned": run.scanned,
            "changed": len(run.changed),
            "written": run.written,
            "findings": dict(by_code(run.open_findings)),
            "notes": len(run.findings) - len(run.open_findings),
            "failed": len(run.failed),
            "seconds": round(run.seconds, 3),
        },
    }
    return json.dumps(document, indent=2) + "\n"


def _finding(finding: Diagnostic) -> dict[str, Any]:
    entry = described(finding.code)
    return {
        "path": relative(finding.path),
        "line": finding.line,
        "column": finding.column + 1,
        "code": finding.code,
        "name": entry.name,
        "severity": finding.severity.value,
        "message": finding.message,
        "symbol": finding.symbol,
        "instead": entry.instead,
        "link": entry.link,
    }


def _tells(outcome: Outcome) -> bool:
    return isinstance(outcome, Rewritten | Skipped | Failed)


def _file(outcome: Outcome, written: bool) -> dict[str, Any]:
    path = relative(outcome.path)
    if isinstance(outcome, Skipped):
        return {"path": path, "outcome": "skipped", "reason": outcome.reason}
    if isinstance(outcome, Failed):
        return {"path": path, "outcome": "failed", "reason": outcome.reason, "detail": outcome.detail}
    return {"path": path, "outcome": "rewritten" if written else "would-rewrite"}
