"""JUnit XML, as Jenkins, Azure and GitLab read it: a suite for each file, a failed test for each finding.

Notes are passed tests with their text in ``system-out``: they must not turn a build red.
"""

from __future__ import annotations

from itertools import groupby
from xml.etree import ElementTree

from flyte_migrate.diagnostics import Diagnostic, Severity
from flyte_migrate.report.run import Run, relative


def render(run: Run) -> str:
    """The XML document; a run without findings has one passed test, since some readers refuse an empty report."""
    failures = len(run.open_findings)
    root = ElementTree.Element("testsuites", name="flyte-migrate", failures=str(failures), errors="0")
    total = 0
    for path, group in groupby(run.findings, key=lambda finding: finding.path):
        findings = list(group)
        total += len(findings)
        _suite(root, relative(path), findings)
    if not total:
        total = 1
        suite = ElementTree.SubElement(root, "testsuite", name="flyte-migrate", tests="1", failures="0", errors="0")
        ElementTree.SubElement(suite, "testcase", name="no findings", classname="flyte-migrate")
    root.set("tests", str(total))
    root.set("time", f"{run.seconds:.3f}")
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + _xml(root) + "\n"


def _suite(root: ElementTree.Element, path: str, findings: list[Diagnostic]) -> None:
    failures = sum(finding.severity is not Severity.NOTE for finding in findings)
    suite = ElementTree.SubElement(root, "testsuite", name=legal(path), tests=str(len(findings)))
    suite.set("failures", str(failures))
    suite.set("errors", "0")
    for finding in findings:
        place = f"{finding.line}:{finding.column + 1}"
        case = ElementTree.SubElement(suite, "testcase", name=f"{finding.code} {place}", classname=legal(path))
        case.set("file", legal(path))
        case.set("line", str(finding.line))
        text = legal(f"line {place}: {finding.code} {finding.message}")
        if finding.severity is Severity.NOTE:
            ElementTree.SubElement(case, "system-out").text = text
        else:
            failure = ElementTree.SubElement(case, "failure", message=legal(finding.message), type=finding.code)
            failure.text = text


def legal(text: str) -> str:
    """``text`` without characters that XML 1.0 forbids."""
    return "".join(
        character if character in "\t\n\r" or (character >= " " and not "\ud800" <= character <= "\udfff") else "\ufffd"
        for character in text
    )


def _xml(root: ElementTree.Element) -> str:
    return ElementTree.tostring(root, encoding="unicode")
