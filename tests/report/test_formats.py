"""The machine formats: their schemas, and that the catalogue's knowledge is in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from flyte_migrate.catalogue import catalogue
from flyte_migrate.diagnostics import Diagnostic, Failed, Rewritten, Severity, Skipped, Unchanged
from flyte_migrate.report import Format, render
from flyte_migrate.report.run import Run

ODD_PATH = "pkg/with space,é%:.py"
ODD_TEXT = "50 % of `x`\nis <b>\"bold\"</b> & 'it', [/red] :: \x00"

RUN = Run(
    "migrate",
    (
        Unchanged("pkg/same.py"),
        Rewritten("pkg/a.py", b"old", b"new", (Diagnostic("pkg/a.py", 3, 4, "FM203", "first", Severity.MANUAL),)),
        Unchanged(
            ODD_PATH,
            (
                Diagnostic(ODD_PATH, 9, 0, "FM005", "a note", Severity.NOTE),
                Diagnostic(ODD_PATH, 2, 0, "FM203", ODD_TEXT, Severity.MANUAL, "flytekit.Workflow"),
                Diagnostic(ODD_PATH, 5, 0, "FM203", ODD_TEXT, Severity.MANUAL),
            ),
        ),
        Skipped("broken.py", "bad", (Diagnostic("broken.py", 1, 0, "FM001", "bad", Severity.ERROR),)),
        Skipped("skipped.py", "it says so"),
        Failed("crash.py", "ValueError: x", "Traceback"),
    ),
    scanned=7,
    seconds=1.25,
)
EMPTY = Run("check", (Unchanged("a.py"),), scanned=1)

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
LOCATION = {
    "type": "object",
    "required": ["physicalLocation"],
    "properties": {
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation"],
            "properties": {
                "artifactLocation": {"required": ["uri"], "properties": {"uri": {"pattern": r"^[!-~]+$"}}},
                "region": {
                    "required": ["startLine", "startColumn"],
                    "properties": {"startLine": {"minimum": 1}, "startColumn": {"minimum": 1}},
                },
            },
        }
    },
}
#: What section 3 of the SARIF 2.1.0 standard demands of the parts that are used here.
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "required": ["name", "rules"],
                                "properties": {
                                    "rules": {
                                        "uniqueItems": True,
                                        "items": {
                                            "required": ["id", "name", "shortDescription", "defaultConfiguration"],
                                            "properties": {
                                                "id": {"pattern": r"^FM\d{3}$"},
                                                "name": {"pattern": "^[A-Z][A-Za-z0-9]*$"},
                                                "shortDescription": TEXT,
                                                "help": TEXT,
                                                "helpUri": {"type": "string", "pattern": "^https://"},
                                            },
                                        },
                                    }
                                },
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "invocations": {"items": {"required": ["executionSuccessful"]}},
                    "results": {
                        "items": {
                            "required": ["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"],
                            "properties": {
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": TEXT,
                                "locations": {"minItems": 1, "items": LOCATION},
                                "partialFingerprints": {"additionalProperties": {"type": "string"}},
                            },
                        }
                    },
                },
            },
        },
    },
}
#: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
GITLAB = {
    "type": "array",
    "items": {
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "location": {
                "required": ["path"],
                "properties": {
                    "path": {"not": {"pattern": r"^(\./|/)"}},
                    "positions": {
                        "required": ["begin"],
                        "properties": {"begin": {"required": ["line"], "properties": {"line": {"type": "integer"}}}},
                    },
                },
            },
        },
    },
}


def as_json(form: Format, run: Run) -> Any:
    return json.loads(render(form, run))


@pytest.mark.parametrize("run", [RUN, EMPTY], ids=["findings", "nothing"])
def test_sarif_is_valid(run: Run) -> None:
    jsonschema.validate(as_json(Format.SARIF, run), SARIF)


def test_sarif_rules_come_from_the_catalogue_and_results_point_at_them() -> None:
    (log,) = as_json(Format.SARIF, RUN)["runs"]
    rules = log["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["FM001", "FM004", "FM005", "FM203"]
    assert all(rule["shortDescription"]["text"] == catalogue()[rule["id"]].summary for rule in rules)
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in log["results"])
    assert len(log["results"]) == 6
    assert log["invocations"][0]["executionSuccessful"] is False


def test_sarif_locations_are_relative_uris() -> None:
    (log,) = as_json(Format.SARIF, RUN)["runs"]
    uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in log["results"]}
    assert "pkg/with%20space%2C%C3%A9%25%3A.py" in uris
    assert "pkg/a.py" in uris


@pytest.mark.parametrize("run", [RUN, EMPTY], ids=["findings", "nothing"])
def test_gitlab_is_valid(run: Run) -> None:
    jsonschema.validate(as_json(Format.GITLAB, run), GITLAB)


def test_gitlab_fingerprints_differ_even_for_equal_findings_and_survive_moved_lines() -> None:
    marks = [issue["fingerprint"] for issue in as_json(Format.GITLAB, RUN)]
    assert len(marks) == len(set(marks)) == 6
    moved = Run("check", (Unchanged("pkg/a.py", (Diagnostic("pkg/a.py", 30, 4, "FM203", "first"),)),), 1)
    (issue,) = as_json(Format.GITLAB, moved)
    assert issue["fingerprint"] in marks


def test_github_annotations_are_one_escaped_line_each() -> None:
    lines = render(Format.GITHUB, RUN).splitlines()
    assert len(lines) == 6
    assert "::warning file=pkg/a.py,line=3,col=5,title=FM203 imperative-workflow::FM203 first" in lines
    odd = next(line for line in lines if "col=1" in line and "line=2," in line)
    assert odd.startswith("::warning file=pkg/with space%2Cé%25%3A.py,line=2,")
    assert "50 %25 of `x`%0Ais <b>" in odd
    assert [line.split()[0] for line in lines].count("::error") == 2
    assert [line.split()[0] for line in lines].count("::notice") == 1


def test_github_says_nothing_when_there_is_nothing() -> None:
    assert render(Format.GITHUB, EMPTY) == ""


def test_junit_is_well_formed_and_counts_add_up() -> None:
    root = ElementTree.fromstring(render(Format.JUNIT, RUN).encode())
    suites = root.findall("testsuite")
    assert root.get("tests") == "6"
    assert root.get("failures") == str(len(root.findall(".//failure"))) == "5"
    assert sum(int(suite.get("tests", "0")) for suite in suites) == 6
    assert sum(int(suite.get("failures", "0")) for suite in suites) == 5
    assert {suite.get("name") for suite in suites} == {"broken.py", "crash.py", "pkg/a.py", ODD_PATH}


def test_junit_notes_do_not_fail() -> None:
    root = ElementTree.fromstring(render(Format.JUNIT, RUN).encode())
    (case,) = (case for case in root.iter("testcase") if case.get("name", "").startswith("FM005"))
    assert case.find("failure") is None
    assert "a note" in (case.findtext("system-out") or "")


def test_junit_without_findings_has_a_passed_test() -> None:
    root = ElementTree.fromstring(render(Format.JUNIT, EMPTY).encode())
    assert len(root.findall(".//testcase")) == 1
    assert root.findall(".//failure") == []


def test_json_has_findings_files_and_summary() -> None:
    report = as_json(Format.JSON, RUN)
    assert report["version"] == 1
    assert report["summary"] == {
        "scanned": 7,
        "changed": 1,
        "written": False,
        "findings": {"FM203": 3, "FM001": 1, "FM004": 1},
        "notes": 1,
        "failed": 1,
        "seconds": 1.25,
    }
    assert [(item["path"], item["outcome"]) for item in report["files"]] == [
        ("pkg/a.py", "would-rewrite"),
        ("broken.py", "skipped"),
        ("skipped.py", "skipped"),
        ("crash.py", "failed"),
    ]
    finding = next(item for item in report["findings"] if item["path"] == "pkg/a.py")
    assert (finding["line"], finding["column"], finding["severity"]) == (3, 5, "manual")
    assert finding["instead"] == catalogue()["FM203"].instead


@pytest.mark.parametrize("form", [form for form in Format if not form.is_for_people])
def test_paths_below_the_working_directory_become_relative(
    form: Format, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = str(tmp_path / "pkg" / "a.py")
    text = render(form, Run("check", (Unchanged(path, (Diagnostic(path, 1, 0, "FM203", "x"),)),), 1))
    assert "pkg/a.py" in text
    assert str(tmp_path) not in text
