"""``# flyte-migrate: ignore[FM104]`` comments: which findings they silence, and which of them silence nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from flyte_migrate.diagnostics import Diagnostic, Severity
from flyte_migrate.project.facts import Ignore

UNUSED_IGNORE = "FM005"


def suppress(
    path: str, findings: Iterable[Diagnostic], ignores: Iterable[Ignore], can_find: Callable[[str], bool]
) -> tuple[Diagnostic, ...]:
    """``findings`` of the file ``path`` without the ignored ones, plus an FM005 note for each comment that ignored
    none.

    A comment without codes, and one with a code that ``can_find`` says this run can't find, is never called unused:
    another command may need it.
    """
    findings = tuple(findings)
    ignores = tuple(ignores)
    kept = [finding for finding in findings if not any(_covers(ignore, finding) for ignore in ignores)]
    kept += _unused(path, findings, ignores, can_find)
    return tuple(sorted(kept))


def _covers(ignore: Ignore, finding: Diagnostic) -> bool:
    if ignore.line != finding.line:
        return False
    return not ignore.codes or any(finding.code.startswith(code) for code in ignore.codes)


def _unused(
    path: str, findings: tuple[Diagnostic, ...], ignores: tuple[Ignore, ...], can_find: Callable[[str], bool]
) -> Iterator[Diagnostic]:
    for ignore in ignores:
        if not ignore.codes or not all(can_find(code) for code in ignore.codes):
            continue
        if not any(_covers(ignore, finding) for finding in findings):
            message = f"`ignore[{', '.join(ignore.codes)}]` suppresses nothing on this line"
            yield Diagnostic(path, ignore.line, 0, UNUSED_IGNORE, message, Severity.NOTE)
