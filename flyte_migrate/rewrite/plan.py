"""What rules yield: edits and findings. Pure values; nothing happens to the tree until they are applied together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from flyte_migrate.rewrite.view import Statement

#: Gives a node of the original tree with all edits below it applied, wherever the node stands.
Rebuild = Callable[[Any], Any]
#: What a node becomes: another node, several (in a sequence), or nothing (``None`` removes it).
Built = cst.CSTNode | Sequence[cst.CSTNode] | None


@dataclass(frozen=True, eq=False)
class Replace:
    """Replace ``node``. ``build`` gets the node with all edits below it applied, so nested edits compose.

    A statement may become several statements, or none. One rule owns a node: two replacements of one node are a
    conflict, unless one of them ``wraps`` whatever the node becomes (``x`` into ``x.download_sync()``).
    """

    node: cst.CSTNode
    build: Callable[[Any], Built]
    wraps: bool = False


@dataclass(frozen=True, eq=False)
class Insert:
    """Put statements before (or after) a statement.

    ``build`` gets a function that gives an original node as edited, so that parts of the source can move (a decorator's
    argument into an environment). ``carries`` are the nodes that move so: findings about them get their TODO comment
    above the first of the new statements. ``ahead`` puts them before all that others insert there.
    """

    anchor: Statement
    build: Callable[[Rebuild], Sequence[cst.BaseStatement]]
    after: bool = False
    carries: tuple[cst.CSTNode, ...] = ()
    ahead: bool = False


def insert(
    anchor: Statement,
    statements: Sequence[cst.BaseStatement],
    after: bool = False,
    carries: tuple[cst.CSTNode, ...] = (),
    ahead: bool = False,
) -> Insert:
    """An :class:`Insert` of statements that hold nothing of the original tree."""
    return Insert(anchor, lambda rebuild: statements, after, carries, ahead)


@dataclass(frozen=True, eq=False)
class Move:
    """Take a statement, with the edits below it and its TODO comments, to the place before another statement."""

    statement: Statement
    before: Statement


@dataclass(frozen=True, eq=False)
class Finding:
    """Something to tell the user about ``node``. Manual findings become a TODO comment above its statement."""

    node: cst.CSTNode
    code: str
    message: str
    symbol: str = ""


@dataclass(frozen=True, eq=False)
class Helper:
    """A module-level helper function that rewritten code calls; the same name and source are added once."""

    name: str
    source: str


@dataclass(frozen=True, eq=False)
class Covered:
    """A v1 reference that a rule has dealt with although it stays in the text (say, below a finding already
    yielded)."""

    node: cst.CSTNode


Item = Replace | Insert | Move | Finding | Helper | Covered


class ConflictError(Exception):
    """Two rules want to replace the same node: a bug of the tool, reported for the file."""


@dataclass
class FilePlan:
    """All items of one file, collected."""

    replacements: dict[cst.CSTNode, Replace] = field(default_factory=dict)
    before: dict[cst.CSTNode, list[Insert]] = field(default_factory=dict)
    after: dict[cst.CSTNode, list[Insert]] = field(default_factory=dict)
    moved: dict[cst.CSTNode, list[Statement]] = field(default_factory=dict)  # where to → what
    findings: list[Finding] = field(default_factory=list)
    helpers: dict[str, str] = field(default_factory=dict)
    covered: set[cst.CSTNode] = field(default_factory=set)
    leading: dict[cst.CSTNode, list[tuple[str, str]]] = field(default_factory=dict)  # statement → TODO (code, message)
    rescued: dict[cst.CSTNode, list[str]] = field(default_factory=dict)  # statement → comments that it would lose
    carried: dict[Insert, list[tuple[str, str]]] = field(
        default_factory=dict
    )  # the same for statements that are inserted

    def add(self, items: Iterable[Item]) -> None:
        """Collect items. Raises ConflictError if a node is already to be replaced."""
        for item in items:
            if isinstance(item, Replace):
                known = self.replacements.get(item.node)
                self.replacements[item.node] = item if known is None else _composed(known, item)
            elif isinstance(item, Insert):
                group = (self.after if item.after else self.before).setdefault(item.anchor, [])
                group.insert(0 if item.ahead else len(group), item)
            elif isinstance(item, Move):
                self.moved.setdefault(item.before, []).append(item.statement)
            elif isinstance(item, Finding):
                self.findings.append(item)
            elif isinstance(item, Helper):
                self.helpers[item.name] = item.source
            else:
                self.covered.add(item.node)

    def leave(
        self, statements: Mapping[Statement, Collection[str]], statement_of: Callable[[cst.CSTNode], Statement]
    ) -> None:
        """Take back what was planned for some statements: edits of theirs (not of those in their blocks), what follows
        on them, and findings whose code is not among those given."""
        if not statements:
            return
        self.replacements = {n: r for n, r in self.replacements.items() if statement_of(n) not in statements}
        self.after = {n: group for n, group in self.after.items() if n not in statements}
        self.findings = [
            f for f in self.findings if (codes := statements.get(statement_of(f.node))) is None or f.code in codes
        ]

    @property
    def changes(self) -> bool:
        """Whether the tree will change."""
        return bool(self.replacements or self.before or self.after or self.moved or self.helpers)


def _composed(one: Replace, other: Replace) -> Replace:
    """Two replacements of one node, of which exactly one wraps what the other makes."""
    if one.wraps == other.wraps:
        raise ConflictError(f"two edits of one {type(one.node).__name__}: {_code(one.node)}")
    inner, outer = (other, one) if one.wraps else (one, other)
    return Replace(one.node, lambda updated: outer.build(inner.build(updated)))


def _code(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node).strip()[:80]
