"""``a >> b``, ``runs_before`` and ``create_node``: statements run in the order in which they stand (WF-13, WF-14).

Official: https://www.union.ai/docs/v2/flyte/user-guide/flyte-2/pure-python/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import libcst as cst

from flyte_migrate.rewrite.awaiting import awaited, runs_async, with_aio
from flyte_migrate.rewrite.flow import called_task, values_of
from flyte_migrate.rewrite.plan import Finding, Insert, Item, Move, Rebuild, Replace
from flyte_migrate.rewrite.template import code, only_lines
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules import on_file, on_symbol
from flyte_migrate.rules.configuration import lost_comments

CREATE_NODE = "flytekit.core.node_creation.create_node"


# -- nodes -------------------------------------------------------------------------------------------------------------


@on_symbol(CREATE_NODE)
def convert_nodes(view: FileView, reference: Reference) -> Iterator[Item]:
    """``create_node(t, x=1)`` → ``t(x=1)``; its outputs are converted by rules/outputs.py."""
    node = view.parent(reference.chain)
    if not isinstance(node, cst.Call) or node.func is not reference.chain:
        return
    position = next((n for n, a in enumerate(node.args) if _is_entity(a)), None)
    if position is None or (position and node.args[0].keyword is None):
        return
    yield from _uses(view, node)
    task = called_task(view, node.args[position].value)

    def build(updated: cst.Call) -> cst.BaseExpression:
        args = [a for n, a in enumerate(updated.args) if n != position]
        if args and position == len(args):
            args[-1] = args[-1].with_changes(comma=updated.args[-1].comma)
        before = updated.whitespace_before_args if args else cst.SimpleWhitespace("")
        function = updated.args[position].value
        if task is None or not runs_async(view, node):
            return updated.with_changes(func=function, args=args, whitespace_before_args=before)
        if task.qualified not in view.colours.asynchronous:
            function = with_aio(function)
        return awaited(view, node, updated.with_changes(func=function, args=args, whitespace_before_args=before))

    yield Replace(node, build)


def _is_entity(arg: cst.Arg) -> bool:
    return not arg.star and (arg.keyword is None or arg.keyword.value == "entity")


def _uses(view: FileView, node: cst.Call) -> Iterator[Finding]:
    """What is asked of the node that a value can't answer."""
    for name in _names_bound_to(view, node):
        owner = view.parent(name)
        if isinstance(owner, cst.Attribute) and owner.value is name:
            attribute = owner.attr.value
            if attribute in ("with_overrides", "runs_before", "outputs"):
                continue
            if not values_of(view, owner) and attribute in _NODE_ATTRIBUTES:
                message = f"{code(owner)} asked the node; there is none, {name.value} is the result of the call."
                yield Finding(owner, "FM241", message)


_NODE_ATTRIBUTES = frozenset({"id", "name", "metadata", "bindings", "upstream_nodes", "flyte_entity", "run_entity"})


def _names_bound_to(view: FileView, node: cst.Call) -> Iterator[cst.Name]:
    assign = view.parent(node)
    if isinstance(assign, cst.Assign):
        for target in assign.targets:
            if isinstance(target.target, cst.Name):
                yield from view.uses_of(target.target.value, view.scope_at[target.target])


# -- order -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Order:
    """An expression that only declares an order: its operands, first to last, and the statement it stands in."""

    node: cst.BinaryOperation | cst.Call
    operands: tuple[cst.BaseExpression, ...]
    statement: cst.SimpleStatementLine
    alone: bool  # it is the whole statement


@on_file
def convert_order(view: FileView) -> Iterator[Item]:
    """Drop declarations of order, after the calls they speak of stand in that order."""
    orders = list(_orders(view))
    if not orders:
        return
    kept: list[Order] = []
    for order in orders:
        problem = _problem(view, order)
        if problem is None:
            kept.append(order)
        else:
            yield problem
    blocks: dict[cst.CSTNode, list[Order]] = {}
    for order in kept:
        block = view.parent(order.statement)
        if block is not None:
            blocks.setdefault(block, []).append(order)
    dropped: list[Order] = []
    for block, group in blocks.items():
        yield from _block(view, block, group, dropped)
    later = [order for order in dropped if _is_needed_later(view, order)]
    for order in later:
        yield from _left(order)
    dropped = [order for order in dropped if order not in later]
    guards = {order: guard for order in dropped if (guard := _guard(view, order)) is not None}
    for order in dropped:
        if order in guards:
            yield Replace(guards[order], _without)
        else:
            yield from _dropped(view, order)
    if not later:
        carried = list(_carried(view, guards))
        yield from (Replace(line, _without) for line, _ in carried)
        yield from _unused(view, dropped, [name for _, name in carried])


def _guard(view: FileView, order: Order) -> cst.If | None:
    """``if previous is not None:`` around nothing but an order, which goes with it."""
    block = view.parent(order.statement)
    guard = view.parent(block) if block is not None else None
    if not isinstance(block, cst.IndentedBlock) or len(block.body) > 1 or not order.alone:
        return None
    if not isinstance(guard, cst.If) or guard.orelse is not None or isinstance(view.parent(guard), cst.If):
        return None
    acts = any(isinstance(n, (cst.Call, cst.Await, cst.NamedExpr)) for n in walk(guard.test))
    return guard if not acts and not any(_acts(operand) for operand in order.operands) else None


def _carried(
    view: FileView, guards: Mapping[Order, cst.If]
) -> Iterator[tuple[cst.SimpleStatementLine, cst.BaseExpression]]:
    """``previous = node`` and ``previous = None`` where nothing reads the name but orders that go with their guard, and
    the values that these statements read."""
    for order, guard in guards.items():
        gone = [n for n in (*walk(guard.test), *order.operands) if isinstance(n, cst.Name)]
        for name in {n.value: n for n in order.operands if isinstance(n, cst.Name)}.values():
            scope = view.scope_at[name].owner(name.value)
            if scope is None or not isinstance(scope.node, cst.FunctionDef):
                continue
            places = [view.parent(b.node) for b in view.bindings(name)]
            lines = [p for p in places if isinstance(p, cst.SimpleStatementLine) and len(p.body) == 1]
            values = [b.value for b in view.bindings(name) if b.kind == "assign" and isinstance(b.value, cst.Name)]
            if len(values) == len(lines) == len(places) and set(view.uses_of(name.value, scope)) <= set(gone):
                yield from zip(lines, values, strict=True)


def _without(updated: cst.CSTNode) -> list[cst.BaseStatement]:
    """Nothing but the comments of a statement."""
    lost = lost_comments([updated], [])
    return [only_lines([cst.EmptyLine(comment=cst.Comment(text)) for text in lost])] if lost else []


def _is_needed_later(view: FileView, order: Order) -> bool:
    """With ``--style async`` the order of a workflow's calls is an edge of the graph that the second pass makes of
    them."""
    if view.settings.style != "async":
        return False
    definition = view.task_around(order.node)
    return definition is not None and definition.task.role in ("workflow", "dynamic")


def _left(order: Order) -> Iterator[Item]:
    """The order as a statement of its own, ``a >> b``."""
    shifts = [cst.RightShift() for _ in order.operands[1:]]

    def shifted(operands: Sequence[cst.BaseExpression]) -> cst.BaseExpression:
        value = operands[0]
        for shift, operand in zip(shifts, operands[1:], strict=True):
            value = cst.BinaryOperation(value, shift, operand)
        return value

    if order.alone:
        if isinstance(order.node, cst.Call):
            yield Replace(order.node, lambda updated: shifted(list(_parts(updated))))
    elif any(_acts(operand) for operand in order.operands):
        yield Finding(order.node, "FM242", f"Write the calls of {_text(order)} as statements, in this order.")
    else:
        yield Insert(order.statement, lambda rebuild: [_line(shifted([rebuild(o) for o in order.operands]))])
        yield Replace(order.node, lambda updated: list(_parts(updated))[-1])


def _orders(view: FileView) -> Iterator[Order]:
    inner: set[cst.CSTNode] = set()
    for node in view.by_type.get(cst.BinaryOperation, ()):
        assert isinstance(node, cst.BinaryOperation)
        if not isinstance(node.operator, cst.RightShift) or node in inner:
            continue
        inner.update(n for n in _shifts(node) if n is not node)
        operands = tuple(_operands(node))
        if any(_is_result(view, operand) for operand in operands):
            yield from _placed(view, node, operands)
    for call in view.by_type.get(cst.Call, ()):
        assert isinstance(call, cst.Call)
        function = call.func
        if not isinstance(function, cst.Attribute) or function.attr.value != "runs_before" or len(call.args) != 1:
            continue
        if _is_result(view, function.value):
            yield from _placed(view, call, (function.value, call.args[0].value))


def _placed(
    view: FileView, node: cst.BinaryOperation | cst.Call, operands: tuple[cst.BaseExpression, ...]
) -> Iterator[Order]:
    statement = view.statement(node)
    if isinstance(statement, cst.SimpleStatementLine):
        alone = isinstance(view.parent(node), cst.Expr) and len(statement.body) == 1
        yield Order(node, operands, statement, alone)


def _shifts(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.RightShift):
        yield node
        yield from _shifts(node.left)
        yield from _shifts(node.right)


def _operands(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.RightShift):
        yield from _operands(node.left)
        yield from _operands(node.right)
    else:
        yield node


def _is_result(view: FileView, node: cst.BaseExpression) -> bool:
    """Whether an operand is the result of a task or a node, not a number to be shifted."""
    values = values_of(view, node)
    if values:
        return any(v.task is not None for v in values) and all(v.type is None or v.task is not None for v in values)
    for call in (n for n in walk(node) if isinstance(n, cst.Call)):
        if called_task(view, call.func) is not None:
            return True
    if isinstance(node, cst.Name) and any(_makes_node(view, b.value) for b in view.bindings(node)):
        return True
    definition = view.task_around(node)
    inside = definition is not None and definition.task.role in ("workflow", "dynamic")
    return inside and isinstance(view.parent(_top(view, node)), cst.Expr)


def _makes_node(view: FileView, node: cst.BaseExpression | None) -> bool:
    return isinstance(node, cst.Call) and view.canonical(node.func) == CREATE_NODE


def _top(view: FileView, node: cst.CSTNode) -> cst.CSTNode:
    while isinstance(parent := view.parent(node), cst.BinaryOperation):
        node = parent
    return node


def _problem(view: FileView, order: Order) -> Finding | None:
    if not isinstance(view.parent(order.statement), (cst.IndentedBlock, cst.Module)):
        return Finding(order.node, "FM242", f"Write the calls of {code(order.node)} as statements, in this order.")
    for operand in order.operands:
        if isinstance(operand, cst.Name) and not _traced(view, operand):
            message = f"{operand.value} can't be traced to a call; see to it that the calls stand in this order."
            return Finding(order.node, "FM242", message)
    return None


def _traced(view: FileView, name: cst.Name) -> bool:
    bindings = view.bindings(name)
    return bool(bindings) and all(b.kind in ("assign", "unpack", "other") for b in bindings)


def _block(view: FileView, block: cst.CSTNode, orders: Sequence[Order], dropped: list[Order]) -> Iterator[Item]:
    """Sort the statements of a block if they contradict its orders; ``dropped`` gets those that hold then."""
    body = list(block.body) if isinstance(block, (cst.IndentedBlock, cst.Module)) else []
    places = {statement: number for number, statement in enumerate(body)}
    pairs: list[tuple[cst.BaseStatement, cst.BaseStatement, Order]] = []
    for order in orders:
        steps = [_place(view, operand, order, places) for operand in order.operands]
        for before, after in pairwise(steps):
            if before is not None and after is not None and before is not after:
                pairs.append((before, after, order))
    broken = [order for before, after, order in pairs if places[before] > places[after]]
    tangled = {o for o in orders if _is_tangled(o) or _contradicts_elsewhere(view, o, places)}
    if broken or tangled:
        vanishing = {o.statement: o for o in orders if o.alone}
        moves = None if tangled else _sorted(view, body, pairs, vanishing)
        if moves is None:
            for order in dict.fromkeys([*broken, *tangled]):
                message = f"The calls stand in another order than {_text(order)} asks for; reorder them by hand."
                yield Finding(order.node, "FM240", message)
            orders = [o for o in orders if o not in broken and o not in tangled]
        else:
            yield from moves
    dropped += orders


def _text(order: Order) -> str:
    return " >> ".join(code(o) for o in order.operands)


def _is_tangled(order: Order) -> bool:
    """``first() >> name >> last()``: the calls of one statement would stand on both sides of another's."""
    kinds = [_acts(o) for o in order.operands]
    calls = [n for n, acts in enumerate(kinds) if acts]
    return bool(calls) and not all(kinds[calls[0] : calls[-1] + 1])


def _acts(operand: cst.BaseExpression) -> bool:
    return any(isinstance(n, (cst.Call, cst.Await)) for n in walk(operand))


def _place(
    view: FileView, operand: cst.BaseExpression, order: Order, places: dict[cst.BaseStatement, int]
) -> cst.BaseStatement | None:
    """The statement of the block that makes the call behind an operand."""
    if _acts(operand):
        return order.statement
    candidates = [s for s in _origins(view, operand) if s in places and places[s] <= places[order.statement]]
    return max(candidates, key=lambda s: places[s], default=None)


def _origins(view: FileView, operand: cst.BaseExpression) -> list[cst.BaseStatement]:
    root: cst.CSTNode = operand
    while isinstance(root, (cst.Attribute, cst.Subscript)):
        root = root.value
    if not isinstance(root, cst.Name):
        return []
    return [view.statement(b.node) for b in view.bindings(root) if b.node in view.parents]


def _contradicts_elsewhere(view: FileView, order: Order, places: dict[cst.BaseStatement, int]) -> bool:
    """Whether operands from other blocks than the order's stand in the wrong order."""
    lines: list[tuple[int, bool]] = []
    for operand in order.operands:
        if _acts(operand):
            lines.append((view.location(order.node)[0], True))
            continue
        origins = _origins(view, operand)
        if origins:
            outside = not any(s in places for s in origins)
            lines.append((max(view.location(s)[0] for s in origins), not outside))
    return any(a > b and not (inside and also) for (a, inside), (b, also) in pairwise(lines))


def _sorted(
    view: FileView,
    body: list[cst.BaseStatement],
    pairs: Sequence[tuple[cst.BaseStatement, cst.BaseStatement, Order]],
    vanishing: dict[cst.SimpleStatementLine, Order],
) -> list[Item] | None:
    """Moves that put the statements into an order that the pairs and the data allow; None if there is none."""
    number = {statement: n for n, statement in enumerate(body)}
    wrong = [(number[a], number[b]) for a, b, _ in pairs if number[a] > number[b]]
    first, last = min(b for _, b in wrong), max(a for a, _ in wrong)
    region = body[first : last + 1]
    effects = [_effects(view, statement, vanishing) for statement in region]
    if any(e is None for e in effects):
        return None
    after: list[set[int]] = [set() for _ in region]  # what must come earlier
    for n, later in enumerate(effects):
        for m, earlier in enumerate(effects[:n]):
            assert later is not None and earlier is not None
            if earlier[1] & (later[0] | later[1]) or earlier[0] & later[1]:
                after[n].add(m)
    for a, b, _ in pairs:
        if first <= number[a] <= last and first <= number[b] <= last:
            after[number[b] - first].add(number[a] - first)
    order: list[int] = []
    while len(order) < len(region):
        ready = [n for n in range(len(region)) if n not in order and after[n] <= set(order)]
        if not ready:
            return None
        order.append(ready[0])
    return list(_moves(body, region, order, last))


def _moves(
    body: list[cst.BaseStatement], region: list[cst.BaseStatement], order: list[int], last: int
) -> Iterator[Item]:
    staying = _longest_rising(order)
    anchor: cst.BaseStatement | None = body[last + 1] if last + 1 < len(body) else None
    moves: list[Item] = []
    for n in reversed(order):
        if n in staying:
            anchor = region[n]
        elif anchor is not None:
            moves.append(Move(region[n], anchor))  # type: ignore[arg-type]
    yield from reversed(moves)


def _longest_rising(order: list[int]) -> set[int]:
    """The longest run of statements that are in order already: they stay where they are."""
    runs: list[list[int]] = [[]]
    for n in order:
        longest: list[int] = max((run for run in runs if not run or run[-1] < n), key=len)
        runs.append([*longest, n])
    best: list[int] = max(runs, key=len)
    return set(best)


def _effects(
    view: FileView, statement: cst.BaseStatement, vanishing: dict[cst.SimpleStatementLine, Order]
) -> tuple[frozenset[str], frozenset[str]] | None:
    """(names read, names written) by a plain statement; None for anything that statements must not be moved across."""
    if not isinstance(statement, cst.SimpleStatementLine):
        return None
    parts: list[cst.CSTNode] = list(statement.body)
    if statement in vanishing:
        parts = [o for o in vanishing[statement].operands if _acts(o)]
    elif not all(isinstance(s, (cst.Assign, cst.AnnAssign, cst.Expr)) for s in statement.body):
        return None
    read: set[str] = set()
    written: set[str] = set()
    for node in (n for part in parts for n in walk(part)):
        if isinstance(node, cst.Name) and node in view.scope_at:
            read.add(node.value)
        elif isinstance(node, (cst.AssignTarget, cst.AnnAssign)):
            written.update(n.value for n in walk(node.target) if isinstance(n, cst.Name))
        elif _changes_owner(view, node):
            written.add(node.value.value)  # type: ignore[attr-defined]
    fixed = {n for n, b in view.module_scope.bindings.items() if all(i.kind in ("import", "def", "class") for i in b)}
    return frozenset(read - fixed), frozenset(written - fixed)


def _changes_owner(view: FileView, node: cst.CSTNode) -> bool:
    """Whether a method of a variable is called that may change it: ``found.append(x)``."""
    if not isinstance(node, cst.Attribute) or not isinstance(node.value, cst.Name):
        return False
    return isinstance(view.parent(node), cst.Call) and node.attr.value != "with_overrides"


# -- writing -----------------------------------------------------------------------------------------------------------


def _dropped(view: FileView, order: Order) -> Iterator[Item]:
    """The calls among the operands become statements of their own, the rest goes."""
    statement, operands = order.statement, order.operands
    if order.alone:
        block = view.parent(statement)
        only = isinstance(block, cst.IndentedBlock) and len(block.body) == 1
        yield Replace(statement, _replacement(order, only))
    else:
        earlier = [o for o in operands[:-1] if _acts(o)]
        if earlier:

            def build(rebuild: Rebuild) -> list[cst.BaseStatement]:
                return [_line(rebuild(o)) for o in earlier]

            yield Insert(statement, build)
        yield Replace(order.node, lambda updated: list(_parts(updated))[-1])


def _replacement(order: Order, only: bool) -> Callable[[cst.SimpleStatementLine], list[cst.SimpleStatementLine]]:
    acting = [n for n, operand in enumerate(order.operands) if _acts(operand)]

    def build(updated: cst.SimpleStatementLine) -> list[cst.SimpleStatementLine]:
        small = updated.body[0]
        assert isinstance(small, cst.Expr)
        parts = list(_parts(small.value))
        made = [_line(parts[n]) for n in acting]
        if only and not made:
            made = [cst.SimpleStatementLine([cst.Pass()])]
        lost = lost_comments([updated], made)
        if made:
            kept = list(updated.leading_lines)
            known = lost_comments([updated], [*kept, *made])
            lines = [*kept, *(cst.EmptyLine(comment=cst.Comment(text)) for text in known)]
            return [made[0].with_changes(leading_lines=lines), *made[1:]]
        return [only_lines([cst.EmptyLine(comment=cst.Comment(text)) for text in lost])] if lost else []

    return build


def _parts(updated: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """The operands of an order, rewritten."""
    if isinstance(updated, cst.Call):
        assert isinstance(updated.func, cst.Attribute)
        yield updated.func.value
        yield updated.args[0].value
    else:
        yield from _operands(updated)


def _line(value: cst.BaseExpression) -> cst.SimpleStatementLine:
    return cst.SimpleStatementLine([cst.Expr(value)])


def _unused(view: FileView, dropped: Sequence[Order], others: Sequence[cst.BaseExpression]) -> Iterator[Item]:
    """``a = t()`` becomes ``t()`` where the name served nothing but orders, and ``others``, that go."""
    gone = {operand for order in dropped for operand in (order.operands if order.alone else order.operands[:-1])}
    gone.update(others)
    seen: set[cst.CSTNode] = set()
    for operand in (o for order in dropped for o in order.operands):
        if not isinstance(operand, cst.Name):
            continue
        bindings = view.bindings(operand)
        scope = view.scope_at[operand].owner(operand.value)
        if len(bindings) != 1 or scope is None or not isinstance(scope.node, cst.FunctionDef):
            continue
        assign = bindings[0].node
        if assign in seen or not gone.issuperset(view.uses_of(operand.value, scope)):
            continue
        seen.add(assign)
        if isinstance(assign, cst.Assign) and len(assign.targets) == 1 and bindings[0].kind == "assign":
            yield Replace(assign, lambda updated: cst.Expr(updated.value))
