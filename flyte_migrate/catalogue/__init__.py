"""The catalogue of finding codes (``FMnnn``): one entry each in the ``*.toml`` files beside this module.

``explain``, ``rules``, the README table and the SARIF metadata are all made from it. Free of libcst.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from flyte_migrate.diagnostics import Severity

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True)
class Code:
    """One finding code.

    ``summary`` is one sentence, ``instead`` the exact v2 construct to write, ``link`` the official v2 documentation
    or the upstream symbol, ``mapping`` the id of the fact in the mapping study.
    """

    id: str
    name: str
    severity: Severity
    summary: str
    instead: str
    link: str
    mapping: str


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Code]:
    """All codes by id, in order. Raises ValueError naming file and code for an entry that is incomplete or repeated."""
    codes: dict[str, Code] = {}
    for entry in sorted(files(__package__).iterdir(), key=lambda item: item.name):
        if not entry.name.endswith(".toml"):
            continue
        for code, row in tomllib.loads(entry.read_text("utf-8")).items():
            if code in codes:
                raise ValueError(f"{entry.name}: {code} is defined twice")
            try:
                codes[code] = Code(id=code, **{**row, "severity": Severity(row["severity"])})
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{entry.name}: {code}: {error}") from error
    return dict(sorted(codes.items()))
