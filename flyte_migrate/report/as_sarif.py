"""SARIF 2.1.0, with the catalogue as rule metadata. https://docs.oasis-open.org/sarif/sarif/v2.1.0/"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from flyte_migrate import __version__
from flyte_migrate.diagnostics import Diagnostic, Failed, Severity
from flyte_migrate.report.fingerprint import fingerprints
from flyte_migrate.report.run import Run, described, relative

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.NOTE: "note", Severity.MANUAL: "warning", Severity.ERROR: "error"}


def render(run: Run) -> str:
    """A SARIF log with one run, whose rules are the codes that were found."""
    findings = run.findings
    codes = sorted({finding.code for finding in findings})
    document = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "flyte-migrate",
                        "version": __version__,
                        "rules": [_rule(code) for code in codes],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": not run.failed,
                        "toolExecutionNotifications": [_notification(failure) for failure in run.failed],
                    }
                ],
                "results": [
                    _result(finding, codes.index(finding.code), mark) for finding, mark in fingerprints(findings)
                ],
            }
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _rule(code: str) -> dict[str, Any]:
    entry = described(code)
    rule: dict[str, Any] = {
        "id": code,
        "name": "".join(word.capitalize() for word in entry.name.split("-")),
        "shortDescription": {"text": entry.summary},
        "defaultConfiguration": {"level": _LEVELS[entry.severity]},
    }
    if entry.instead:
        rule["help"] = {"text": entry.instead}
    if entry.link.startswith("https://"):
        rule["helpUri"] = entry.link
    return rule


def _result(finding: Diagnostic, rule: int, fingerprint: str) -> dict[str, Any]:
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _artifact(finding.path),
                    "region": {"startLine": finding.line, "startColumn": finding.column + 1},
                }
            }
        ],
        "partialFingerprints": {"flyteMigrate/v1": fingerprint},
    }


def _artifact(path: str) -> dict[str, str]:
    name = relative(path)
    if name.startswith("/"):
        return {"uri": "file://" + quote(name)}
    return {"uri": quote(name), "uriBaseId": "%SRCROOT%"}


def _notification(failure: Failed) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": failure.reason},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(failure.path)}}],
    }
