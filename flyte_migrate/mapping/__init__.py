"""The mapping table: what each public v1 name becomes. ``table.toml`` is the data, this module its one loader (no libcst).

A row is keyed by the qualified v1 name. ``alias`` rows point at the canonical name of the same object, so that
``flytekit.core.task.task`` and ``flytekit.task`` are one concept.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: Top-level packages whose names are v1. ``flyte_migrate`` as an import in user code is the run-time shim of the registry.
V1_ROOTS = frozenset({"flytekit", "flytekitplugins", "union", "unionai", "flyte_migrate"})

Kind = Literal["rename", "rule", "drop", "manual"]


@dataclass(frozen=True)
class Row:
    """What becomes of one v1 name.

    ``kind``: ``rename`` (the name becomes ``target``), ``rule`` (the module ``rules/<rule>.py`` rewrites its uses), ``drop``
    (its import goes once nothing uses it), ``manual`` (left for a person with ``code``).
    ``target`` is ``module:attribute`` (``flyte.io:File``) or empty.
    """

    name: str
    kind: Kind
    target: str = ""
    rule: str = ""
    code: str = ""
    link: str = ""
    mapping: str = ""
    note: str = ""


@dataclass(frozen=True)
class Table:
    """Rows by canonical v1 name, aliases, and prefixes (``flytekitplugins.athena.*``) for whole packages without a twin."""

    rows: dict[str, Row]
    aliases: dict[str, str]
    prefixes: dict[str, Row]

    def canonical(self, name: str) -> str:
        """The canonical v1 name of a qualified name (itself when it has no alias row)."""
        return self.aliases.get(name, name)

    def row(self, name: str) -> Row | None:
        """The row of a qualified v1 name, through aliases and then the longest prefix row; None if it is unknown."""
        name = self.canonical(name)
        if name in self.rows:
            return self.rows[name]
        parts = name.split(".")
        for length in range(len(parts), 0, -1):
            prefix = ".".join(parts[:length])
            if prefix in self.prefixes:
                return self.prefixes[prefix]
        return None


@lru_cache(maxsize=1)
def table() -> Table:
    """The validated table. Raises ValueError naming the row for unknown keys, dangling aliases or missing fields."""
    data = tomllib.loads(files(__package__).joinpath("table.toml").read_text("utf-8"))
    rows: dict[str, Row] = {}
    aliases: dict[str, str] = {}
    prefixes: dict[str, Row] = {}
    for name, fields in data.items():
        if set(fields) == {"alias"}:
            aliases[name] = fields["alias"]
            continue
        try:
            row = Row(name=name, **fields)
        except TypeError as error:
            raise ValueError(f"table.toml: {name}: {error}") from error
        needed = {"rename": row.target, "rule": row.rule, "manual": row.code, "drop": row.note}.get(row.kind)
        if not needed:
            raise ValueError(f"table.toml: {name}: a {row.kind!r} row lacks its field")
        if name.endswith(".*"):
            prefixes[name[:-2]] = row
        else:
            rows[name] = row
    for name, target in aliases.items():
        if target not in rows:
            raise ValueError(f"table.toml: {name}: alias of unknown {target}")
    return Table(rows, aliases, prefixes)
