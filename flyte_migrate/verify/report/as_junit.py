"""JUnit XML: a suite for each file, a test for each run. What proves nothing is a skipped test, not a passed one."""

from __future__ import annotations

from itertools import groupby
from xml.etree import ElementTree

from flyte_migrate.report.as_junit import legal
from flyte_migrate.verify.model import Result, Verdict, Verification
from flyte_migrate.verify.report.told import advice, where


def render(verification: Verification) -> str:
    """The XML document; a file in which the tool itself failed is a test with an error."""
    root = ElementTree.Element("testsuites", name="flyte-migrate verify")
    for path, group in groupby(verification.results, key=lambda result: result.entry.display):
        _suite(root, path, list(group))
    for path, reason in verification.failed:
        suite = ElementTree.SubElement(root, "testsuite", name=legal(path), tests="1", errors="1", failures="0")
        case = ElementTree.SubElement(suite, "testcase", name="migration", classname=legal(path))
        ElementTree.SubElement(case, "error", message=legal(reason))
    bad = verification.count(Verdict.DIFFERS) + verification.count(Verdict.FAILED)
    root.set("tests", str(len(verification.results) + len(verification.failed)))
    root.set("failures", str(bad))
    root.set("errors", str(len(verification.failed)))
    root.set("time", f"{verification.seconds:.3f}")
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(root: ElementTree.Element, path: str, results: list[Result]) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=legal(path), tests=str(len(results)), errors="0")
    suite.set("failures", str(sum(result.verdict in (Verdict.DIFFERS, Verdict.FAILED) for result in results)))
    suite.set("skipped", str(sum(result.verdict is Verdict.SKIPPED for result in results)))
    for result in results:
        name = f"{result.entry.function or 'import'} [{result.runtime}; {result.inputs}]"
        case = ElementTree.SubElement(suite, "testcase", name=legal(name), classname=legal(result.entry.module))
        case.set("file", legal(path))
        case.set("time", f"{result.seconds:.3f}")
        if result.verdict is Verdict.SKIPPED:
            ElementTree.SubElement(case, "skipped", message=legal(result.why))
        elif result.verdict in (Verdict.DIFFERS, Verdict.FAILED):
            failure = ElementTree.SubElement(case, "failure", message=legal(result.why), type=result.verdict.value)
            failure.text = legal("\n".join((*where(result), *advice(result), result.detail)))
        else:
            ElementTree.SubElement(case, "system-out").text = legal(f"{result.verdict.value}: {result.why}")
