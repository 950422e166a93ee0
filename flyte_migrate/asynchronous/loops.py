"""``for`` loops whose iterations don't depend on each other: in Flyte 1 their calls were nodes side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from flyte_migrate.asynchronous.effects import Effects
from flyte_migrate.asynchronous.items import Each, Effect, Item
from flyte_migrate.rewrite.view import Statement
from flyte_migrate.rewrite.walk import walk

#: What leaves an iteration before its end.
_LEAVING = (cst.Break, cst.Continue, cst.Return, cst.Raise)


def independent_loop(graph: Effects, node: Statement, items: list[Item], live: frozenset[str]) -> Item | None:
    """The item of a loop whose iterations don't depend on each other; takes its ``name = []`` out of ``items``."""
    if not isinstance(node, cst.For) or node.orelse is not None or node.asynchronous is not None or not graph.reorders:
        return None
    if not isinstance(node.body, cst.IndentedBlock) or not graph.has_calls(node.body) or graph.has_calls(node.iter):
        return None
    if any(
        isinstance(n, (*_LEAVING, cst.FunctionDef, cst.ClassDef, cst.Lambda)) and not _is_of_inner_loop(graph, n, node)
        for n in walk(node.body)
    ):
        return None
    loops = [node, *_nested_loops(graph, node)]
    target = Item(0, None)
    for part in (n for loop in loops for n in walk(loop.target)):
        if isinstance(part, cst.Name):
            graph.note(target, part)
    if target.mutates or target.reads:
        return None
    assert isinstance(loops[-1].body, cst.IndentedBlock)
    inner = graph.analyse(loops[-1].body.body, live).items
    previous = items[-1] if items else None
    fresh = previous.writes if previous is not None and _starts_a_list(graph, previous) else set()
    found = _independent(graph, loops, inner, target.writes, live, fresh)
    if found is None:
        return None
    item = Item(len(items), node, embedded=True, each=found)
    graph.describe(item, node, ())
    # Names of an iteration are its own; none of them is read afterwards.
    own = set().union(target.writes, *(i.writes for i in inner))
    item.reads -= own
    item.writes -= own
    if found.appends is not None:
        name = found.appends[0]
        if (
            previous is not None
            and starts_list(graph, previous, name)
            and name not in graph.read_in([loop.iter for loop in loops])
        ):
            found.start = previous.statement
            items.pop()
            item.mutates.discard(name)
            item.reads.discard(name)
            item.writes.add(name)
    return item


@dataclass(frozen=True)
class Carried:
    """A loop whose iterations come one after the other, though not all of their calls have to.

    ``ahead`` are calls that need nothing of earlier iterations and can all be started before the loop; ``others`` says
    whether more calls than these could run beside other iterations.
    """

    ahead: list[cst.BaseExpression]
    others: bool


def carried_loop(graph: Effects, loop: cst.For | cst.While) -> Carried:
    """What a loop that stays as it is does to the parallelism of its calls."""
    none = Carried([], False)
    if not isinstance(loop.body, cst.IndentedBlock):
        return none
    results = _results(graph, loop)
    if isinstance(loop, cst.While) and (graph.has_calls(loop.test) or graph.read_in([loop.test]) & results):
        return none
    items = sorted(graph.analyse(loop.body.body).items, key=lambda i: i.position)
    if any(i.effect is Effect.CONTROL and (i.has_calls or i.reads & results) for i in items):
        return none
    known = {n.value for n in walk(loop.target) if isinstance(n, cst.Name)} if isinstance(loop, cst.For) else set()
    waiting: set[str] = set()
    for item in items:
        waiting |= graph.exposed(item) & results - known
        known |= graph.certain(item)
    chain = _with_needs(i for i in items if i.writes & waiting)
    late: set[Item] = set()
    for item in items:
        if graph.exposed(item) & waiting or any(p in late for p in item.parts):
            late.add(item)
            waiting |= item.writes
    free = [i for i in items if i.has_calls and i not in late]
    ahead = [i.unit for i in free if i.unit is not None and not i.embedded] if waiting else []
    if not isinstance(loop, cst.For) or not _starts_early(graph, loop, items, [i for i in free if i.unit in ahead]):
        ahead = []
    return Carried(ahead, len(ahead) < len(free) or any(i.has_calls and i not in chain for i in late))


def _starts_early(graph: Effects, loop: cst.For, items: Sequence[Item], ahead: Sequence[Item]) -> bool:
    """Whether calls of all iterations can be started before a loop: what they take is known by then."""
    if any(isinstance(n, (*_LEAVING, cst.Try, cst.TryStar, cst.With)) for n in walk(loop.body)):
        return False
    targets = {n.value for n in walk(loop.target) if isinstance(n, cst.Name)}
    changed = set().union(*(i.writes | i.mutates for i in items))
    if changed & targets or graph.read_in([loop.iter]) & changed or not _is_repeatable(graph, loop.iter):
        return False
    return bool(ahead) and not any(i.reads & changed or i.effect for i in ahead)


def _is_repeatable(graph: Effects, node: cst.BaseExpression) -> bool:
    """Whether an expression gives the same elements a second time: no iterator that is used up."""
    if isinstance(node, cst.Name):
        values = [b.value for b in graph.view.bindings(node) if b.kind == "assign" and b.value is not None]
        displays = (cst.List, cst.Tuple, cst.ListComp, cst.Dict, cst.Set)
        return all(isinstance(v, displays) or graph.units.is_unit(v) or _is_repeatable(graph, v) for v in values)
    if isinstance(node, (cst.Attribute, cst.Subscript)):
        return _is_repeatable(graph, node.value)
    if isinstance(node, cst.Call):
        if (
            isinstance(node.func, cst.Attribute)
            and node.func.attr.value in ("items", "keys", "values")
            and not node.args
        ):
            return _is_repeatable(graph, node.func.value)
        if not isinstance(node.func, cst.Name) or graph.view.bindings(node.func):
            return False
        if node.func.value in ("range", "list", "sorted", "tuple", "len"):
            return True
        return node.func.value in ("enumerate", "zip", "reversed") and all(
            _is_repeatable(graph, a.value) and not a.star for a in node.args
        )
    return isinstance(node, (cst.List, cst.Tuple, cst.Integer))


def _results(graph: Effects, loop: cst.CSTNode) -> set[str]:
    """Names that a loop binds to results of calls, or to what is made of them."""
    found: set[str] = set()
    parts = list(walk(loop))
    assigns = [n for n in parts if isinstance(n, (cst.Assign, cst.AnnAssign, cst.AugAssign))]
    bound = {graph.name(n) for n in parts if isinstance(n, cst.Name) and graph.is_local(n) and graph.is_target(n)}
    lists = [call for n in parts if (call := appended(n)) is not None and graph.name(call[0]) in bound]
    for assign in (*assigns, *assigns):  # twice: a value may come from the iteration before
        found |= {graph.name(n) for n, v in lists if graph.has_calls(v) or graph.read_in([v]) & found}
        if assign.value is not None and (graph.has_calls(assign.value) or graph.read_in([assign.value]) & found):
            found |= {graph.name(n) for n in walk(assign) if isinstance(n, cst.Name) and graph.is_target(n)}
    return found


def _is_of_inner_loop(graph: Effects, node: cst.CSTNode, loop: cst.For) -> bool:
    """Whether a ``break`` or ``continue`` belongs to a loop inside another one."""
    around = next((a for a in graph.view.ancestors(node) if isinstance(a, (cst.For, cst.While))), loop)
    return isinstance(node, (cst.Break, cst.Continue)) and around is not loop


def _nested_loops(graph: Effects, node: cst.For) -> list[cst.For]:
    """Loops that are the whole body of the one around them, so that all of them are one."""
    found: list[cst.For] = []
    body = node.body
    while isinstance(body, cst.IndentedBlock) and len(body.body) == 1:
        loop = body.body[0]
        if (
            not isinstance(loop, cst.For)
            or loop.orelse is not None
            or loop.asynchronous is not None
            or graph.has_calls(loop.iter)
        ):
            break
        if not isinstance(loop.body, cst.IndentedBlock):
            break
        found.append(loop)
        body = loop.body
    return found


def _independent(
    graph: Effects,
    loops: list[cst.For],
    inner: list[Item],
    targets: set[str],
    live: frozenset[str],
    fresh: set[str],
) -> Each | None:
    """How the iterations can run side by side; None if one may need what another does.

    A ``fresh`` list was made right before: no other name holds it.
    """
    written = set().union(targets, *(i.writes for i in inner))
    if written & live or _is_carried(inner, targets, written):
        return None
    work, after = _work_and_after(inner, written)
    iterated = graph.read_in([loop.iter for loop in loops])
    name = _append_of_all_branches(inner, written) if not after else ""
    if name and name not in iterated:
        return Each(loops[0], loops[1:], work, [], [], [], (name, None))
    if any(i.mutates - written for i in work) or not _keeps_effects(work, after):
        return None
    appends = _append(graph, after)
    outside = set().union(*(i.mutates for i in after)) - written
    if appends is not None and appends[0] in fresh:
        outside = {appends[0]}
    if outside & iterated or any(outside & i.reads for i in work):
        return None
    if any(outside & i.reads and not _only_stores(graph, i, outside) for i in after):
        return None
    reads = set().union(*(i.reads for i in after))
    names = [n for loop in loops for n in _names_in_order(loop, targets) if n in reads]
    names += [n for i in sorted(work, key=lambda i: i.position) for n in graph.written_in_order(i) if n in reads]
    parts = [p for i in after for p in i.parts if p in work]
    if len(loops) > 1 and after and not names and not parts:
        return None
    return Each(loops[0], loops[1:], work, after, list(dict.fromkeys(names)), parts, appends)


def _is_carried(inner: Sequence[Item], targets: set[str], written: set[str]) -> bool:
    """Whether an iteration reads a value of the one before."""
    known = set(targets)
    for item in sorted(inner, key=lambda i: i.position):
        if (item.reads & written) - known:
            return True
        known |= item.writes
    return False


def _work_and_after(inner: Sequence[Item], written: set[str]) -> tuple[list[Item], list[Item]]:
    """Calls with what they need, and the items that put results together (with the plain values for it)."""
    calls = _with_needs(i for i in inner if i.has_calls)
    first = min((i.position for i in inner if i.has_calls), default=0)
    early = {i for i in inner if i.effect and not i.mutates - written and i.position < first}
    late = [i for i in inner if i not in calls and (i.effect or i.mutates - written)]
    if not any(i.effect for i in late if i not in early):
        calls |= _with_needs(early)
    after = _with_needs(i for i in late if i not in calls) - calls
    return [i for i in inner if i not in after], [i for i in inner if i in after]


def _with_needs(items: Iterable[Item]) -> set[Item]:
    """Items, and what they need, directly or not."""
    found: set[Item] = set()
    stack = list(items)
    while stack:
        item = stack.pop()
        if item not in found:
            found.add(item)
            stack.extend(item.needs)
    return found


def _keeps_effects(work: Sequence[Item], after: Sequence[Item]) -> bool:
    """Whether effects still come in the order of the text when all work is begun before anything is put together.

    Effects before the first call of an iteration do: iterations begin in their order, and go on together from there.
    """
    if any(i.effect is Effect.CONTROL for i in (*work, *after)):
        return False
    waiting = _reached_from_calls(work)
    if any(i.effect and (i.has_calls or i in waiting) for i in work):
        return False
    return not (any(i.effect for i in work) and any(i.effect for i in after))


def _only_stores(graph: Effects, item: Item, names: set[str]) -> bool:
    """Whether objects behind names are only put into: ``xs.append(v)``, ``d[k] = v``, ``d.update(v)``."""
    if not isinstance(item.statement, cst.SimpleStatementLine) or len(item.statement.body) != 1:
        return False
    small = item.statement.body[0]
    inside: list[cst.CSTNode]
    place: cst.BaseExpression
    if isinstance(small, cst.Expr) and isinstance(small.value, cst.Call):
        func, inside = small.value.func, _handed_to(small.value)
        if not isinstance(func, cst.Attribute) or func.attr.value not in ("append", "extend", "add", "update"):
            return False
        place = func.value
    elif isinstance(small, cst.Assign) and len(small.targets) == 1:
        place, inside = small.targets[0].target, [small.value]
        if not isinstance(place, cst.Subscript):
            return False
    else:
        return False
    if isinstance(place, cst.Call) and isinstance(place.func, cst.Attribute) and place.func.attr.value == "setdefault":
        inside += _handed_to(place)
        place = place.func.value
    elif isinstance(place, cst.Subscript):
        inside += place.slice
        place = place.value
    return isinstance(place, cst.Name) and not (graph.read_in(inside) & names)


def _handed_to(node: cst.Call) -> list[cst.CSTNode]:
    return [argument.value for argument in node.args]


def _append(graph: Effects, after: Sequence[Item]) -> tuple[str, cst.BaseExpression] | None:
    """(list, value) if putting the results together is one ``name.append(value)``."""
    found = appended(after[0].statement) if len(after) == 1 and after[0].statement is not None else None
    return (graph.name(found[0]), found[1]) if found is not None else None


def starts_list(graph: Effects, item: Item, name: str) -> bool:
    """Whether an item is ``name = []``."""
    return name in item.writes and _starts_a_list(graph, item)


def _starts_a_list(graph: Effects, item: Item) -> bool:
    if (
        not isinstance(item.statement, cst.SimpleStatementLine)
        or len(item.statement.body) != 1
        or item.lifted is not None
    ):
        return False
    small = item.statement.body[0]
    if isinstance(small, cst.Assign):
        targets = [t.target for t in small.targets]
    elif isinstance(small, cst.AnnAssign):
        targets = [small.target]
    else:
        return False
    value = small.value
    empty = isinstance(value, cst.List) and not value.elements
    if (
        isinstance(value, cst.Call)
        and isinstance(value.func, cst.Name)
        and value.func.value == "list"
        and not value.args
    ):
        empty = not graph.view.bindings(value.func)
    return empty and len(targets) == 1 and isinstance(targets[0], cst.Name)


def _append_of_all_branches(inner: Sequence[Item], written: set[str]) -> str:
    """The list to which every branch of a closing ``if`` appends as the last thing it does, and nothing else does."""
    last = max(inner, key=lambda i: i.position, default=None)
    if last is None or not isinstance(last.statement, cst.If) or any(i.effect for i in inner):
        return ""
    branches = list(_branches(last.statement))
    if not isinstance(branches[-1], cst.Else) or not all(isinstance(b.body, cst.IndentedBlock) for b in branches):
        return ""
    lists = {call[0].value if (call := appended(b.body.body[-1])) is not None else "" for b in branches}
    name = lists.pop()
    mentions = [n for n in walk(last.statement) if isinstance(n, cst.Name) and n.value == name]
    if lists or len(mentions) != len(branches) or last.mutates - written != {name}:
        return ""
    return "" if any(name in i.reads | i.mutates for i in inner if i is not last) else name


def _branches(node: cst.If) -> Iterator[cst.If | cst.Else]:
    """An ``if``, its ``elif``s and its ``else``."""
    yield node
    if isinstance(node.orelse, cst.If):
        yield from _branches(node.orelse)
    elif node.orelse is not None:
        yield node.orelse


def appended(node: cst.CSTNode) -> tuple[cst.Name, cst.BaseExpression] | None:
    """(list, value) of a statement ``name.append(value)``."""
    if not isinstance(node, cst.SimpleStatementLine) or len(node.body) != 1:
        return None
    small = node.body[0]
    call = small.value if isinstance(small, cst.Expr) else None
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute) or call.func.attr.value != "append":
        return None
    if not isinstance(call.func.value, cst.Name) or len(call.args) != 1 or call.args[0].star:
        return None
    return call.func.value, call.args[0].value


def _names_in_order(loop: cst.For, targets: set[str]) -> list[str]:
    return [n.value for n in walk(loop.target) if isinstance(n, cst.Name) and n.value in targets]


def _reached_from_calls(items: Sequence[Item]) -> set[Item]:
    """Items that need the result of a call, directly or not."""
    found: set[Item] = set()
    for item in items:
        if any(n.has_calls or n in found for n in item.needs):
            found.add(item)
    return found
