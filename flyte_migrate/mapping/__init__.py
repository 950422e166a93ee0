"""The mapping data, what each public v1 name, accelerator and distribution becomes, and its one loader (no libcst).

``table.toml``: a row is keyed by the qualified v1 name. ``alias`` rows point at the canonical name of the same object,
so that ``flytekit.core.task.task`` and ``flytekit.task`` are one concept.
``accelerators.toml``: the value of ``gpu=`` for each v1 accelerator.
``packages.toml``: the v2 package for each v1 one.
``commands.toml``: the v2 command line for each v1 one.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal, TypeVar

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: Top-level packages whose names are v1. ``flyte_migrate``, imported by user code, is the registry's run-time shim.
V1_ROOTS = frozenset({"flytekit", "flytekitplugins", "union", "unionai", "flyte_migrate"})

#: Those of them that a project may use for a package of its own, which its imports mean then. Not so flytekit, a copy
#: of which is still v1, and flytekitplugins, a namespace that projects add to.
SHADOWABLE_ROOTS = frozenset({"union", "unionai", "flyte_migrate"})

Kind = Literal["rename", "rule", "drop", "manual"]


@dataclass(frozen=True)
class Row:
    """What becomes of one v1 name.

    ``kind``: ``rename`` (the name becomes ``target``), ``rule`` (the module ``rules/<rule>.py`` rewrites its uses),
    ``drop`` (its import goes once nothing uses it), ``manual`` (left for a person with ``code``).
    ``target`` is ``module:attribute`` (``flyte.io:File``) or empty.
    ``code`` on a rule row is what to report where the rule can't convert, on a rename row a note that goes with it.
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
    """Rows by canonical v1 name, aliases, and prefixes (``flytekitplugins.athena.*``) for whole packages."""

    rows: dict[str, Row]
    aliases: dict[str, str]
    prefixes: dict[str, Row]

    def canonical(self, name: str) -> str:
        """The canonical v1 name of a qualified name: through the alias of the name itself, else of what it is part of.

        ``flytekit.core.launch_plan.LaunchPlan.create`` is ``flytekit.LaunchPlan.create``. Without alias it is itself.
        """
        owner, rest = name, ""
        while owner:
            if owner in self.aliases:
                return self.canonical(self.aliases[owner] + rest)
            if owner in self.rows:
                break
            owner, _, last = owner.rpartition(".")
            rest = f".{last}{rest}"
        return name

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


AcceleratorKind = Literal["string", "gpu", "device", "tpu"]
PackageKind = Literal["replace", "drop", "manual"]

_ACCELERATORS = "flytekit.extras.accelerators"


@dataclass(frozen=True)
class Accelerator:
    """The v2 value of ``gpu=`` for a v1 accelerator (``name``: ``flytekit.extras.accelerators.A100.partition_1g_5gb``).

    ``code`` is the note to report with it. ``most`` is the highest count that v2's GPU strings have for the device.
    """

    name: str
    kind: AcceleratorKind
    template: str
    mapping: str
    most: int = 0
    otherwise: str = ""
    code: str = ""

    def spelling(self, count: int | str = 1, device: str = "") -> str:
        """The v2 expression for ``count`` GPUs: a number, or the source text of an int expression.

        ``device`` is the source text of the device name that a bare ``GPUAccelerator`` was given.
        """
        template = self.template
        if self.kind == "string" and not (isinstance(count, int) and 1 <= count <= self.most):
            template = self.otherwise
        return template.format(n=count, device=device)


@dataclass(frozen=True)
class Package:
    """What becomes of the v1 distribution ``name`` (normalised) in a list: its ``target``, nothing, or a finding.

    ``bundled``: v2's debian base image already has ``target``.
    """

    name: str
    kind: PackageKind
    mapping: str
    target: str = ""
    code: str = ""
    note: str = ""
    bundled: bool = False


@dataclass(frozen=True)
class Command:
    """What becomes of command lines that begin with ``name``: ``target``, or nothing, with a ``note`` that says why."""

    name: str
    mapping: str
    target: str = ""
    note: str = ""

    @property
    def advice(self) -> str:
        """What to call instead, as a part of a sentence."""
        if not self.target:
            return self.note
        return f"it becomes `{self.target}`" + (f" ({self.note})" if self.note else "")


@lru_cache(maxsize=1)
def table() -> Table:
    """The validated table. Raises ValueError naming the row for unknown keys, dangling aliases or missing fields."""
    return parse_table(_read("table.toml"))


@lru_cache(maxsize=1)
def accelerators() -> Mapping[str, Accelerator]:
    """All accelerators by qualified v1 name. Raises ValueError naming a row that is incomplete."""
    return parse_accelerators(_read("accelerators.toml"))


@lru_cache(maxsize=1)
def packages() -> Mapping[str, Package]:
    """All package rows by normalised name, ``x-*`` rows included. Raises ValueError naming a row that is incomplete."""
    return parse_packages(_read("packages.toml"))


@lru_cache(maxsize=1)
def commands() -> Mapping[str, Command]:
    """All command rows by name. Raises ValueError naming a row that is incomplete."""
    return parse_commands(_read("commands.toml"))


def package(distribution: str) -> Package | None:
    """The row of a distribution under any spelling of its name (PEP 503); None if it is not a v1 distribution."""
    name = re.sub(r"[-_.]+", "-", distribution.strip()).lower()
    rows = packages()
    return rows.get(name) or rows.get(name.partition("-")[0] + "-*")


def parse_table(data: Mapping[str, Mapping[str, Any]]) -> Table:
    """The table of parsed rows; ValueError as for ``table``."""
    rows: dict[str, Row] = {}
    aliases: dict[str, str] = {}
    prefixes: dict[str, Row] = {}
    for name, fields in data.items():
        if set(fields) == {"alias"}:
            aliases[name] = fields["alias"]
            continue
        row = _build(Row, "table.toml", name, fields)
        _require("table.toml", row, {"rename": row.target, "rule": row.rule, "manual": row.code, "drop": row.note})
        if name.endswith(".*"):
            prefixes[name[:-2]] = row
        else:
            rows[name] = row
    for name, target in aliases.items():
        if target not in rows:
            raise ValueError(f"table.toml: {name}: alias of unknown {target}")
    return Table(rows, aliases, prefixes)


def parse_accelerators(data: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Accelerator]:
    """The accelerators of parsed rows; ValueError as for ``accelerators``."""
    file = "accelerators.toml"
    rows = [_build(Accelerator, file, f"{_ACCELERATORS}.{name}", fields) for name, fields in data.items()]
    for row in rows:
        counted = "{n}" in row.template
        string = row.most and row.otherwise
        _require(file, row, {"string": string, "gpu": counted, "device": counted, "tpu": not counted})
    return {row.name: row for row in rows}


def parse_packages(data: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Package]:
    """The packages of parsed rows; ValueError as for ``packages``."""
    rows = [_build(Package, "packages.toml", name, fields) for name, fields in data.items()]
    for row in rows:
        _require("packages.toml", row, {"replace": row.target, "drop": row.note, "manual": row.code})
    return {row.name: row for row in rows}


def parse_commands(data: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Command]:
    """The commands of parsed rows; ValueError as for ``commands``."""
    rows = [_build(Command, "commands.toml", name, fields) for name, fields in data.items()]
    for row in rows:
        if not (row.target or row.note):
            raise ValueError(f"commands.toml: {row.name}: neither a target nor a note")
    return {row.name: row for row in rows}


_Entry = TypeVar("_Entry", Row, Accelerator, Package, Command)


def _read(file: str) -> dict[str, Any]:
    data: dict[str, Any] = tomllib.loads(files(__package__).joinpath(file).read_text("utf-8"))
    return data


def _build(entry: Callable[..., _Entry], file: str, name: str, fields: Mapping[str, Any]) -> _Entry:
    try:
        return entry(name=name, **fields)
    except TypeError as error:
        raise ValueError(f"{file}: {name}: {error}") from error


def _require(file: str, entry: Row | Accelerator | Package, needed: Mapping[str, object]) -> None:
    """Raises unless the entry has the field that its kind needs."""
    if not needed.get(entry.kind):
        raise ValueError(f"{file}: {entry.name}: a {entry.kind!r} row lacks its field")
