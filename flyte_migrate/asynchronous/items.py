"""The nodes of the graph of a workflow, and what is asked of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

import libcst as cst

from flyte_migrate.rewrite.view import Statement

COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)


class Units(Protocol):
    """What runs tasks in a file: calls of tasks, maps, calls of functions that call tasks."""

    def is_unit(self, node: cst.CSTNode) -> bool:
        """Whether an expression starts tasks, so that it can be waited for."""

    def inputs(self, node: cst.BaseExpression) -> Sequence[cst.CSTNode]:
        """The parts of a unit that are evaluated once, before it starts."""


class Effect(IntEnum):
    """What an item does besides computing values."""

    NONE = 0
    OUTPUT = 1  # prints and log lines: ordered among effects only
    UNKNOWN = 2
    CONTROL = 3  # leaves the block


@dataclass(eq=False)
class Item:
    """A node of the graph.

    ``statement`` is the statement it stands for, ``unit`` the call (or other awaitable expression) that it makes. A
    call nested in a statement is an item of its own, with ``lifted`` set; the items that read its value list it in
    ``parts``.
    """

    position: int
    statement: Statement | None
    unit: cst.BaseExpression | None = None
    lifted: cst.BaseExpression | None = None
    parts: list[Item] = field(default_factory=list)
    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    mutates: set[str] = field(default_factory=set)
    effect: Effect = Effect.NONE
    embedded: bool = False  # calls at places that can't be lifted: a branch, a loop, one side of an `and`
    needs: set[Item] = field(default_factory=set)
    each: Each | None = None
    collected: Collected | None = None

    @property
    def has_calls(self) -> bool:
        return self.unit is not None or self.embedded


@dataclass(eq=False)
class Each:
    """A ``for`` loop whose iterations are independent.

    ``work`` are the items that every iteration does for itself, ``after`` those that put the results together, in
    order. ``results`` are what ``after`` (or nothing) reads of ``work``. ``start`` is the ``name = []`` right before
    the loop when all that happens afterwards is one ``name.append``.
    """

    loop: cst.For
    inner: list[cst.For]  # loops that are all there is in the body of the one before
    work: list[Item]
    after: list[Item]
    names: list[str]  # names read afterwards, in the order they are written
    parts: list[Item]  # lifted calls read afterwards
    appends: tuple[str, cst.BaseExpression | None] | None = None  # no value: every branch of the last statement has one
    start: Statement | None = None


@dataclass(eq=False)
class Site:
    """A place in a loop where the result of calls is appended to a list: ``work`` is what ``value`` needs for that.

    ``parameters`` are the names that the work reads and the loop changes, ``settled`` those that are bound while the
    work is done.
    """

    item: Item
    target: str
    value: cst.BaseExpression
    work: list[Item]
    parameters: list[str] = field(default_factory=list)
    settled: set[str] = field(default_factory=set)


@dataclass(eq=False)
class Collected:
    """A loop that collects calls in lists. ``starts`` are the ``name = []`` of those that are empty before it."""

    loop: cst.For | cst.While
    sites: list[Site]
    starts: dict[str, Statement]


class OrderError(Exception):
    """A block whose order can't be told; the message says why."""


@dataclass
class Analysis:
    """The items of one block in an order in which they could run one after another, the source's as far as it holds."""

    items: list[Item]
    order_statements: list[Statement]


def closure(items: Sequence[Item]) -> dict[Item, set[Item]]:
    """All items that each one needs, directly or not; ``items`` in an order in which they could run."""
    found: dict[Item, set[Item]] = {}
    inside = set(items)
    for item in items:
        needed: set[Item] = set()
        for other in item.needs:
            if other in inside:
                needed.add(other)
                needed |= found[other]
        found[item] = needed
    return found


def side_by_side(items: Sequence[Item]) -> list[Item]:
    """The largest set of calls at one depth of the graph: they could run at the same time."""
    needed = closure(items)
    depth: dict[Item, int] = {}
    for item in items:
        depth[item] = max((depth[n] + n.has_calls for n in needed[item]), default=0)
    levels: dict[int, list[Item]] = {}
    for item in items:
        if item.has_calls:
            levels.setdefault(depth[item], []).append(item)
    return max(levels.values(), key=len, default=[])


def root_of(node: cst.CSTNode) -> cst.Name | None:
    while isinstance(node, (cst.Attribute, cst.Subscript)):
        node = node.value
    return node if isinstance(node, cst.Name) else None


def roots_of(target: cst.CSTNode) -> Iterator[cst.Name]:
    """The names at the start of the targets of an assignment: ``d`` of ``d["a"]``, ``a`` and ``b`` of ``a, *b``."""
    if isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            yield from roots_of(element.value)
    elif isinstance(target, cst.StarredElement):
        yield from roots_of(target.value)
    else:
        root = root_of(target)
        if root is not None:
            yield root
