"""Loops that start a call only sometimes (``if``, ``continue``, ``break``, ``while``), or that count along.

They collect calls, which run side by side once the loop is over, as the nodes did that a dynamic workflow had made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

import libcst as cst

from flyte_migrate.asynchronous.effects import Effects
from flyte_migrate.asynchronous.items import Collected, Item, Site
from flyte_migrate.asynchronous.loops import appended, starts_list
from flyte_migrate.rewrite.view import Statement
from flyte_migrate.rewrite.walk import walk

#: What may leave a loop before its calls are collected, or catches what they raise.
_FORBIDDEN = (cst.Return, cst.Raise, cst.Try, cst.TryStar, cst.With, cst.FunctionDef, cst.ClassDef, cst.Lambda)


def collecting_loop(graph: Effects, node: Statement, items: list[Item], live: frozenset[str]) -> Item | None:
    """The item of a loop that can collect its calls in lists; takes their ``name = []`` out of ``items``."""
    if not isinstance(node, (cst.For, cst.While)) or node.orelse is not None or not graph.reorders:
        return None
    if not _is_plain_loop(graph, node) or any(isinstance(n, _FORBIDDEN) for n in walk(node.body)):
        return None
    sites = _sites(graph, node.body, live)
    if not sites:
        return None
    item = Item(len(items), node, embedded=True)
    graph.describe(item, node, ())
    lists = list(dict.fromkeys(site.target for site in sites))
    if not _are_independent(graph, node, sites, item, live) or any(
        not _only_appends(graph, node, name, sites) for name in lists
    ):
        return None
    item.collected = Collected(node, sites, _starts(graph, items, item, lists))
    return item


def _is_plain_loop(graph: Effects, node: cst.For | cst.While) -> bool:
    """Whether what a loop iterates over, or goes on for, is known without calls."""
    if isinstance(node, cst.For) and node.asynchronous is not None:
        return False
    return isinstance(node.body, cst.IndentedBlock) and not graph.has_calls(
        node.iter if isinstance(node, cst.For) else node.test
    )


def _sites(graph: Effects, body: cst.BaseSuite, live: frozenset[str]) -> list[Site] | None:
    """Where the calls of a block are appended to lists; None if anything else happens to one."""
    if not isinstance(body, cst.IndentedBlock):
        return None
    items = graph.analyse(body.body, live).items
    sources = _sources(items)
    sites: list[Site] = []
    taken: set[Item] = set()
    for number, item in enumerate(items):
        call = appended(item.statement) if item.statement is not None and item.lifted is None else None
        if call is None or not sources[item]:
            continue
        work = _with_sources(item, sources)
        if taken & {item, *work} or any(i.effect or i.collected for i in work):
            return None
        taken |= {item, *work}
        site = Site(item, graph.name(call[0]), call[1], [i for i in items if i in work])
        begin = items.index(site.work[0])
        site.settled = set().union(*(i.writes for i in items[begin:number] if i not in work))
        sites.append(site)
    for item in items:
        if item in taken or not (item.has_calls or sources[item]):
            continue
        inner = _inner(graph, item.statement) if item.lifted is None and item.statement is not None else None
        if inner is None or sources[item]:
            return None
        for block in inner:
            found = _sites(graph, block, live) if graph.has_calls(block) else []
            if found is None:
                return None
            sites += found
    return sites


def _sources(items: Sequence[Item]) -> dict[Item, set[Item]]:
    """The items whose values each one reads, of those that are or hold results of calls."""
    found: dict[Item, set[Item]] = {}
    holders: dict[str, set[Item]] = {}
    for item in items:
        found[item] = {p for p in item.parts if p.has_calls or found[p]}
        found[item] = found[item].union(*(holders.get(n, ()) for n in item.reads))
        for name in item.writes | item.mutates:
            before = holders.pop(name, set()) if name not in item.writes or name in item.reads else set()
            if item.has_calls or found[item]:
                holders[name] = before | {item}
    return found


def _with_sources(item: Item, sources: dict[Item, set[Item]]) -> set[Item]:
    found: set[Item] = set()
    stack = list(sources[item])
    while stack:
        other = stack.pop()
        if other not in found:
            found.add(other)
            stack.extend(sources[other])
    return found


def _inner(graph: Effects, node: cst.CSTNode) -> list[cst.BaseSuite] | None:
    """The blocks of an ``if`` or a loop that is entered without waiting for a call."""
    if isinstance(node, cst.If) and not graph.has_calls(node.test):
        other = node.orelse
        if other is None:
            return [node.body]
        rest = _inner(graph, other) if isinstance(other, cst.If) else [other.body]
        return [node.body, *rest] if rest is not None else None
    if isinstance(node, (cst.For, cst.While)) and node.orelse is None and _is_plain_loop(graph, node):
        return [node.body]
    return None


def _are_independent(
    graph: Effects, loop: cst.For | cst.While, sites: Sequence[Site], item: Item, live: frozenset[str]
) -> bool:
    """Whether the work of every site can be done after the loop: nothing else reads it, or changes what it reads."""
    lists = {site.target for site in sites}
    changed = _changed_besides(graph, loop.body, {site.item.statement for site in sites})
    for site in sites:
        inside = {i.statement for i in (*site.work, site.item) if i.statement is not None}
        written = set().union(*(i.writes for i in site.work))
        reads = site.item.reads.union(*(i.reads for i in site.work)) - written - {site.target}
        if written & live or reads & (lists | site.settled) or any(i.mutates - written for i in site.work):
            return False
        known: set[str] = set()
        for one in (*site.work, site.item):
            if one.reads & written - known:
                return False  # of the iteration before
            known |= one.writes
        if any(not any(a in inside for a in (n, *graph.view.ancestors(n))) for n in _read(graph, loop, written)):
            return False
        if reads & changed:
            return False
        site.parameters = [n for n in dict.fromkeys(graph.read_names(inside)) if n in reads & item.writes]
    return True


def _changed_besides(graph: Effects, block: cst.BaseSuite, sites: Collection[Statement | None]) -> set[str]:
    """Names whose objects may change in a block, other than by what is appended to the lists."""
    found: set[str] = set()
    for statement in block.body:
        inner = _inner(graph, statement) if statement not in sites else []
        if inner is None or not isinstance(statement, cst.BaseCompoundStatement):
            item = Item(0, None)
            if statement not in sites:
                graph.describe(item, statement, ())
            found |= item.mutates
        else:
            found = found.union(*(_changed_besides(graph, part, sites) for part in inner))
    return found


def _read(graph: Effects, loop: cst.CSTNode, names: Iterable[str]) -> Iterator[cst.Name]:
    """Where names are read in a loop."""
    wanted = set(names)
    for node in walk(loop):
        if (
            isinstance(node, cst.Name)
            and graph.is_local(node)
            and graph.name(node) in wanted
            and not graph.is_target(node)
        ):
            yield node


def _only_appends(graph: Effects, loop: cst.For | cst.While, name: str, sites: Sequence[Site]) -> bool:
    """Whether all that happens to a list in the loop is that calls are appended to it."""
    mentions = [n for n in walk(loop) if isinstance(n, cst.Name) and graph.is_local(n) and graph.name(n) == name]
    return len(mentions) == sum(site.target == name for site in sites)


def _starts(graph: Effects, items: list[Item], item: Item, lists: Sequence[str]) -> dict[str, Statement]:
    """The ``name = []`` of lists that nothing touches before the loop; they are taken out of ``items``."""
    found: dict[str, Statement] = {}
    for name in lists:
        start = next((i for i in reversed(items) if name in i.reads | i.writes | i.mutates), None)
        if start is not None and starts_list(graph, start, name) and start.statement is not None:
            found[name] = start.statement
            items.remove(start)
            item.mutates.discard(name)
            item.reads.discard(name)
            item.writes.add(name)
    return found
