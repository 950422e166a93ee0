"""Baselines: findings that are known and not to be told again, so that a large repository can be migrated bit by bit.

A finding is known by path, code and message, not by its line, and as often as the baseline counts it: one more of the
same in the same file is new. Of files that a run has not examined, because it was about others, nothing is concluded.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePath

from flyte_migrate.diagnostics import Diagnostic, Severity

VERSION = 1


class BaselineError(Exception):
    """A baseline that can't be read or written; the message says why (exit 2)."""


_Key = tuple[str, str, str]


def write(file: str, findings: Iterable[Diagnostic], examined: Iterable[str]) -> int:
    """Writes all open ``findings`` to ``file`` and gives their number. What the file said before of other files than
    the ``examined`` ones stays.

    Raises BaselineError if it can't be written, or holds something else than a baseline.
    """
    found = Counter(_key(finding, file) for finding in findings if finding.severity is not Severity.NOTE)
    counts = found + _elsewhere(file, examined) if os.path.exists(file) else found
    entries = [
        {"path": path, "code": code, "message": message, "count": count}
        for (path, code, message), count in sorted(counts.items())
    ]
    text = json.dumps({"version": VERSION, "findings": entries}, indent=2) + "\n"
    try:
        with open(file, "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise BaselineError(f"{file}: can't be written: {error.strerror}") from error
    return sum(found.values())


def new(file: str, findings: Iterable[Diagnostic], examined: Iterable[str]) -> tuple[frozenset[Diagnostic], int]:
    """Those ``findings`` that the baseline in ``file`` does not know, and how many of its entries no longer occur:
    in the ``examined`` files, and in files that are gone.

    Raises BaselineError if there is no such file or it is no baseline.
    """
    known = _read(file)
    elsewhere = _elsewhere(file, examined)
    fresh = []
    for finding in findings:
        key = _key(finding, file)
        if known[key] > 0:
            known[key] -= 1
        else:
            fresh.append(finding)
    return frozenset(fresh), sum((known - elsewhere).values())


def _elsewhere(file: str, examined: Iterable[str]) -> Counter[_Key]:
    """What the baseline says of files that exist and are not among the ``examined`` ones."""
    done = {_path(path, file) for path in examined}
    folder = os.path.dirname(os.path.abspath(file))
    return Counter(
        {
            key: count
            for key, count in _read(file).items()
            if key[0] not in done and os.path.exists(os.path.join(folder, key[0]))
        }
    )


def _key(finding: Diagnostic, file: str) -> _Key:
    return _path(finding.path, file), finding.code, finding.message


def _path(path: str, file: str) -> str:
    """``path`` from the baseline's folder, so that it can be used from any working directory."""
    return PurePath(os.path.relpath(path, os.path.dirname(os.path.abspath(file)))).as_posix()


def _read(file: str) -> Counter[_Key]:
    try:
        with open(file, encoding="utf-8") as stream:
            document = json.load(stream)
    except FileNotFoundError:
        raise BaselineError(f"{file}: no such baseline; make it with --write-baseline") from None
    except (OSError, ValueError) as error:
        raise BaselineError(f"{file}: not a readable baseline: {error}") from error
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise BaselineError(f"{file}: not a baseline of this version; make it again with --write-baseline")
    known: Counter[_Key] = Counter()
    try:
        for entry in document["findings"]:
            known[entry["path"], entry["code"], entry["message"]] += int(entry["count"])
    except (KeyError, TypeError, ValueError) as error:
        raise BaselineError(f"{file}: not a readable baseline: {error!r}") from error
    return known
