"""One finished run: its outcomes and what can be counted in them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Literal

from flyte_migrate.catalogue import Code, catalogue
from flyte_migrate.diagnostics import Diagnostic, Failed, Outcome, Rewritten, Severity

INTERNAL_ERROR = "FM004"


@dataclass(frozen=True)
class Run:
    """The outcomes of a command over ``scanned`` files. ``written`` says whether changes were applied."""

    command: Literal["migrate", "check"]
    outcomes: tuple[Outcome, ...]
    scanned: int
    seconds: float = 0.0
    written: bool = False

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """All findings in path, line and column order; a failed file counts as one (FM004)."""
        return tuple(sorted(self._findings()))

    def _findings(self) -> Iterator[Diagnostic]:
        for outcome in self.outcomes:
            yield from outcome.diagnostics
            if isinstance(outcome, Failed) and not any(item.code == INTERNAL_ERROR for item in outcome.diagnostics):
                yield Diagnostic(outcome.path, 1, 0, INTERNAL_ERROR, outcome.reason, Severity.ERROR)

    @property
    def changed(self) -> tuple[Rewritten, ...]:
        """Files that were or would be rewritten."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Rewritten))

    @property
    def failed(self) -> tuple[Failed, ...]:
        """Files in which the tool itself failed."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Failed))

    @property
    def open_findings(self) -> tuple[Diagnostic, ...]:
        """Findings that somebody has to act on: everything but notes."""
        return tuple(finding for finding in self.findings if finding.severity is not Severity.NOTE)

    def with_findings(self, kept: frozenset[Diagnostic]) -> Run:
        """The same run, less the findings that are not in ``kept``."""
        outcomes = (
            replace(outcome, diagnostics=tuple(item for item in outcome.diagnostics if item in kept))
            for outcome in self.outcomes
        )
        return replace(self, outcomes=tuple(outcomes))


def by_code(findings: tuple[Diagnostic, ...]) -> list[tuple[str, int]]:
    """How often each code occurs, most frequent first."""
    counts = Counter(finding.code for finding in findings)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def described(code: str) -> Code:
    """The catalogue's entry for ``code``; a bare one for a code that only a TODO comment of another version knows."""
    return catalogue().get(code) or Code(
        code, code.lower(), Severity.MANUAL, "A finding of another version.", "", "", ""
    )


def relative(path: str) -> str:
    """``path`` as machine formats want it: from the working directory when it is below it, with forward slashes."""
    shorter = os.path.relpath(path)
    return PurePath(path if shorter.startswith(os.pardir) else shorter).as_posix()
