"""JSON: everything that is known, for scripts. The shape only ever grows; ``version`` changes if it must break."""

from __future__ import annotations

import json
from typing import Any

from flyte_migrate.verify.model import Place, Result, Verdict, Verification

VERSION = 1


def render(verification: Verification) -> str:
    """An object with ``results``, ``files`` (those that could not be migrated) and ``summary``."""
    files = [("failed", verification.failed), ("skipped", verification.refused)]
    document = {
        "version": VERSION,
        "command": "verify",
        "results": [_result(result) for result in verification.results],
        "files": [{"path": path, "outcome": how, "reason": why} for how, found in files for path, why in found],
        "summary": {
            **{verdict.value: verification.count(verdict) for verdict in Verdict},
            "migrated": list(verification.migrated),
            "kept": verification.kept,
            "seconds": round(verification.seconds, 3),
        },
    }
    return json.dumps(document, indent=2) + "\n"


def _result(result: Result) -> dict[str, Any]:
    return {
        "entry": result.entry.name,
        "path": result.entry.display,
        "runtime": result.runtime,
        "inputs": result.inputs,
        "verdict": result.verdict.value,
        "why": result.why,
        "place": _place(result.place),
        "advice": result.advice,
        "differences": [vars(difference) for difference in result.differences],
        "notes": list(result.notes),
        "detail": result.detail,
        "seconds": round(result.seconds, 3),
    }


def _place(place: Place | None) -> dict[str, Any] | None:
    return None if place is None else {"path": place.file, "line": place.line, "function": place.function}
