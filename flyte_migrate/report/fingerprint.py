"""Identities of findings that survive edits elsewhere in the file: no line numbers in them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from flyte_migrate.diagnostics import Diagnostic
from flyte_migrate.report.run import relative


def fingerprints(findings: Iterable[Diagnostic]) -> Iterator[tuple[Diagnostic, str]]:
    """Each finding with its fingerprint: path, code, message, and the how-manieth such finding in the file it is."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for finding in findings:
        key = (relative(finding.path), finding.code, finding.message)
        seen[key] += 1
        yield finding, hashlib.sha256("\0".join((*key, str(seen[key]))).encode()).hexdigest()
