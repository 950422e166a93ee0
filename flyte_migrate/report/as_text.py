"""Reports for people: findings grouped by file, what to write instead once per code, and the summary line."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from flyte_migrate.diagnostics import Diagnostic, Rewritten, Severity, Skipped
from flyte_migrate.report.run import Run, by_code, described
from flyte_migrate.report.style import Style

_CODES_IN_SUMMARY = 6


def concise(run: Run, style: Style) -> Iterator[str]:
    """One line for each finding: ``path:line:column: code message``; the column counts from 1."""
    return (_line(finding, style) for finding in run.findings)


def grouped(run: Run, style: Style, verbose: bool) -> Iterator[str]:
    """The same lines with a blank one between files, then what to write instead of what was found.

    Notes are part of it; with ``verbose`` so are their explanations, links, and the files that were left alone.
    """
    findings = run.findings
    for number, (_, group) in enumerate(groupby(findings, key=lambda finding: finding.path)):
        if number:
            yield ""
        for finding in group:
            yield _line(finding, style)
    explained = findings if verbose else run.open_findings
    if explained:
        yield ""
        yield style.bold("What to do:")
        yield from _instead(explained, style, verbose)
    if verbose:
        yield from _files(run, style)


def statistics(run: Run, style: Style) -> Iterator[str]:
    """How often each code occurs, with its summary."""
    counts = by_code(run.findings)
    width = max((len(str(count)) for _, count in counts), default=0)
    for code, count in counts:
        yield f"{count:>{width}}  {style.bold(code)}  {described(code).summary}"


def summary(run: Run, style: Style) -> str:
    """One line: files scanned, changed, left for a person by code, failed, and how long it took."""
    parts = [_count(run.scanned, "file") + " scanned"]
    if run.command == "migrate":
        changed = f"{len(run.changed)} {'changed' if run.written else 'would change'}"
        parts.append(style.green(changed) if run.changed else changed)
    open_findings = [finding for finding in run.open_findings if finding.code != "FM004"]
    codes = _most_frequent(by_code(tuple(open_findings)))
    left = f"{len(open_findings)} left for you" if run.command == "migrate" else _count(len(open_findings), "finding")
    parts.append(style.yellow(f"{left} ({codes})") if codes else left)
    notes = len(run.findings) - len(run.open_findings)
    if notes:
        parts.append(_count(notes, "note"))
    failed = f"{len(run.failed)} failed"
    parts.append(style.red(failed) if run.failed else failed)
    return f"{', '.join(parts)} in {run.seconds:.1f} s"


def _most_frequent(counts: Sequence[tuple[str, int]]) -> str:
    """The codes that occur most often, and how many others there are: it has to fit on a line."""
    told = ", ".join(f"{count} {code}" for code, count in counts[:_CODES_IN_SUMMARY])
    others = len(counts) - _CODES_IN_SUMMARY
    return f"{told} and {_count(others, 'other code')}" if others > 0 else told


def paragraph(text: str, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` characters; code of several lines stays as it is."""
    if "\n" in text.strip():
        return text.strip("\n").split("\n")
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]


def _line(finding: Diagnostic, style: Style) -> str:
    paint = {Severity.NOTE: style.cyan, Severity.MANUAL: style.yellow, Severity.ERROR: style.red}[finding.severity]
    place = f"{style.bold(finding.path)}:{finding.line}:{finding.column + 1}:"
    return f"{place} {paint(finding.code)} {finding.message}"


def _instead(findings: Iterable[Diagnostic], style: Style, verbose: bool) -> Iterator[str]:
    for code in sorted({finding.code for finding in findings}):
        entry = described(code)
        if not entry.instead:
            continue
        first, *rest = paragraph(entry.instead, 102)
        yield f"  {style.bold(code)} {first}"
        yield from (" " * 8 + line for line in rest)
        if verbose:
            yield style.dim(" " * 8 + entry.link)


def _files(run: Run, style: Style) -> Iterator[str]:
    told = [outcome for outcome in run.outcomes if isinstance(outcome, Rewritten | Skipped)]
    if told or run.failed:
        yield ""
    for outcome in told:
        if isinstance(outcome, Skipped):
            yield f"left alone: {outcome.path}: {outcome.reason}"
        else:
            yield style.green(f"{'rewritten' if run.written else 'would rewrite'}: {outcome.path}")
    for failure in run.failed:
        yield style.red(f"failed: {failure.path}: {failure.reason}")
        if failure.detail:
            yield textwrap.indent(failure.detail.rstrip(), "  ")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
