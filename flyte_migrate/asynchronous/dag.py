"""Data flow of a block of statements: which calls have to wait for which, as the edges of Flyte 1's node graph.

A v1 workflow is compiled to nodes that wait only for those whose outputs they take. The same graph is found here from
the text: an item is a statement, or a call inside one; it needs items whose results, names or effects it depends on.

What keeps an order:

* data, through names, unpacking, attributes, subscripts, containers, f-strings, comprehensions, and ``a >> b``;
* an object that is mutated (``xs.append(...)``), aliases included, and a name that is bound again in a branch or a loop
  (elsewhere the new value gets a name of its own, as it was a node of its own);
* effects among each other. A ``print`` or a log line holds up nothing else. Any other unknown call, an ``assert`` or a
  ``raise`` comes before the calls that follow it in the text, since they may rely on it; it does not wait for calls
  whose results it doesn't read, because plain code in a v1 workflow ran before all tasks (SEM-15);
* ``return``, ``break`` and ``continue``: nothing moves across them.

TRAP-28, SEM-04.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import libcst as cst

from flyte_migrate.asynchronous.collected import collecting_loop
from flyte_migrate.asynchronous.effects import Effects
from flyte_migrate.asynchronous.items import COMPREHENSIONS, Analysis, Effect, Item, OrderError, root_of
from flyte_migrate.asynchronous.loops import independent_loop
from flyte_migrate.project.index import TODO_COMMENT
from flyte_migrate.rewrite.view import Statement
from flyte_migrate.rewrite.walk import children, walk


class Graph(Effects):
    """Analyses the blocks of one function. Without ``reorders`` everything stays in its order.

    ``follows_orders`` is false for order statements that can't be followed: they stay in the text.
    """

    follows_orders = True

    # -- items ---------------------------------------------------------------------------------------------------------

    def analyse(self, block: Sequence[cst.CSTNode], live: frozenset[str] = frozenset()) -> Analysis:
        """The items of a block; ``live`` are names read after it. Raises OrderError for orders in a circle."""
        items: list[Item] = []
        orders: list[list[Item]] = []
        order_statements: list[Statement] = []
        for number, node in enumerate(block):
            assert isinstance(node, (cst.SimpleStatementLine, cst.BaseCompoundStatement))
            chain = self.order_operands(node)
            if chain is not None:
                order_statements.append(node)
                orders.append([link for operand in chain for link in self._operand(operand, items)])
                continue
            if isinstance(node, (cst.For, cst.While)) and self.has_calls(node):
                after = frozenset(live | self.live_in(block[number + 1 :]))
                loop = independent_loop(self, node, items, after) or collecting_loop(self, node, items, after)
                if loop is not None:
                    self._forget_own(loop, block)
                    items.append(loop)
                    continue
            found = self._items(node, len(items))
            self._forget_own(found[-1], block)
            items += found
        for number, item in enumerate(items):
            item.position = number
        self._connect(items, orders)
        items = _sorted(items)
        for number, item in enumerate(items):
            item.position = number
        return Analysis(items, order_statements)

    def _forget_own(self, item: Item, block: Sequence[cst.CSTNode]) -> None:
        """Take the names of its iterations from the item of a loop: loops that share such names don't wait for them.

        These are bound before they are read in every loop of the block that mentions them, and nothing else does.
        """
        if not isinstance(item.statement, (cst.For, cst.While)):
            return
        loops: dict[cst.CSTNode, set[str]] = {
            n: self.live_in([n]) for n in block if isinstance(n, (cst.For, cst.While))
        }
        names = set(item.each.names) if item.each is not None else item.writes
        own = set()
        for name in names:
            mentions = [n for n in walk(self.function) if isinstance(n, cst.Name) and n.value == name]
            around = [next((a for a in self.view.ancestors(n) if a in loops), None) for n in mentions]
            if all(loop is not None and name not in loops[loop] for loop in around):
                own.add(name)
        item.reads -= own
        item.writes = item.writes - own if item.each is None else item.writes | (names - own)

    def _items(self, node: Statement, position: int) -> list[Item]:
        """The item of a statement, after those of the calls inside it."""
        lifted: list[Item] = []
        item = Item(position, node)
        parts: Sequence[cst.CSTNode] = ()
        if isinstance(node, cst.SimpleStatementLine) and len(node.body) == 1:
            small = node.body[0]
            takes = isinstance(small, cst.Expr) or self._binds_names(small)
            root = getattr(small, "value", None) if takes else None
            if root is not None and self.units.is_unit(root):
                item.unit = root
            parts = [small]
        elif isinstance(node, cst.If):
            parts = [node.test]
        elif isinstance(node, cst.For):
            parts = [node.iter]
        for part in parts:
            self._lift(part, item, lifted)
        item.embedded = self._embedded(node, item.unit, lifted)
        self.describe(item, node, lifted)
        return [*lifted, item]

    def _binds_names(self, node: cst.CSTNode) -> bool:
        """Whether an assignment binds plain names. A call whose value is stored elsewhere can run before it is."""
        if isinstance(node, cst.AnnAssign):
            return isinstance(node.target, cst.Name)
        if not isinstance(node, cst.Assign) or len(node.targets) != 1:
            return False
        target = node.targets[0].target
        elements = [e.value for e in target.elements] if isinstance(target, (cst.Tuple, cst.List)) else [target]
        return all(isinstance(e, cst.Name) for e in elements)

    def _embedded(self, node: cst.CSTNode, unit: cst.BaseExpression | None, lifted: Sequence[Item]) -> bool:
        """Whether there are units below ``node`` besides ``unit`` itself and those that are items of their own."""
        done: set[cst.CSTNode | None] = {i.lifted for i in lifted}
        stack = [node]
        while stack:
            part = stack.pop()
            if part is unit and unit is not None:
                stack.extend(self.units.inputs(unit))
            elif part not in done:
                if self.units.is_unit(part):
                    return True
                stack.extend(children(part))
        return False

    def _lift(self, node: cst.CSTNode, owner: Item, lifted: list[Item]) -> None:
        """Make items of the calls below ``node`` that are evaluated exactly once, in evaluation order."""
        if node is owner.unit:
            for part in self.units.inputs(owner.unit):
                self._lift(part, owner, lifted)
            return
        is_unit = self.units.is_unit(node)
        if is_unit or self._is_unknown_call(node, owner):
            assert isinstance(node, cst.BaseExpression)
            item = Item(0, None, unit=node if is_unit else None, lifted=node)
            for part in self.units.inputs(node) if is_unit else children(node):
                self._lift(part, item, lifted)
            item.embedded = is_unit and self._embedded(node, node, lifted)
            self.describe(item, node, lifted)
            owner.parts.append(item)
            lifted.append(item)
        elif isinstance(node, cst.BooleanOperation):
            self._lift(node.left, owner, lifted)
        elif isinstance(node, cst.IfExp):
            self._lift(node.test, owner, lifted)
        elif isinstance(node, cst.Comparison) and len(node.comparisons) > 1:
            self._lift(node.left, owner, lifted)
        elif not isinstance(node, (cst.Lambda, *COMPREHENSIONS)):
            for child in children(node):
                self._lift(child, owner, lifted)

    def _is_unknown_call(self, node: cst.CSTNode, owner: Item) -> bool:
        """A call of unknown effect in the arguments of a task call: it comes first, and its order counts."""
        return owner.unit is not None and isinstance(node, cst.Call) and self.effect_of(node)[0] is Effect.UNKNOWN

    # -- order -------------------------------------------------------------------------------------------------------

    def order_operands(self, node: cst.CSTNode) -> list[cst.BaseExpression] | None:
        """The operands of ``a >> b >> c`` standing alone; None for any other statement."""
        if not isinstance(node, cst.SimpleStatementLine) or len(node.body) != 1:
            return None
        small = node.body[0]
        if not isinstance(small, cst.Expr) or not is_order(small.value):
            return None
        if not self.follows_orders or any(
            line.comment and TODO_COMMENT.search(line.comment.value) for line in node.leading_lines
        ):
            return None  # left for a person
        operands = _operands(small.value)
        return operands if any(self._is_ordered(operand) for operand in operands) else None

    def _is_ordered(self, node: cst.BaseExpression) -> bool:
        """Whether an operand is a call of a task, or holds the result of one: only then `>>` is an order."""
        root = root_of(node)
        if root is None:
            return self.units.is_unit(node)
        bindings = self.view.bindings(root)
        return any(b.value is not None and self.has_calls(b.value) for b in bindings if b.kind in ("assign", "unpack"))

    def _operand(self, node: cst.BaseExpression, items: list[Item]) -> list[Item]:
        """The items that an operand stands for; a call among the operands becomes one."""
        root = root_of(node)
        if root is not None:
            return [i for i in items if self.name(root) in i.writes][-1:]
        lifted: list[Item] = []
        item = Item(len(items), cst.SimpleStatementLine([cst.Expr(node)]), unit=node)
        self._lift(node, item, lifted)
        item.embedded = self._embedded(node, node, lifted)
        self.describe(item, node, lifted)
        items += [*lifted, item]
        return [item]

    def _connect(self, items: Sequence[Item], orders: Sequence[Sequence[Item]]) -> None:
        for later_number, later in enumerate(items):
            later.needs.update(later.parts)
            for earlier in items[:later_number]:
                if _must_precede(earlier, later, self.reorders):
                    later.needs.add(earlier)
        for chain in orders:
            for earlier, later in pairwise(chain):
                if earlier is not later:
                    later.needs.add(earlier)


def is_order(node: cst.BaseExpression) -> bool:
    """Whether an expression is a chain of ``>>``."""
    return isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.RightShift)


def _operands(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    if is_order(node):
        assert isinstance(node, cst.BinaryOperation)
        return [*_operands(node.left), *_operands(node.right)]
    return [node]


def _must_precede(earlier: Item, later: Item, reordered: bool) -> bool:
    """Whether ``earlier``, which stands first in the text, has to be over before ``later`` begins."""
    if not reordered or Effect.CONTROL in (earlier.effect, later.effect):
        return True
    if earlier.writes & (later.reads | later.writes | later.mutates) or earlier.reads & later.writes:
        return True
    if (
        earlier.mutates & (later.reads | later.writes | later.mutates)
        or (earlier.reads | earlier.writes) & later.mutates
    ):
        return True
    if earlier.effect and later.effect:
        return True
    return earlier.effect is Effect.UNKNOWN and later.has_calls


def _sorted(items: Sequence[Item]) -> list[Item]:
    """Items so that each comes after what it needs, else as in the source. Raises OrderError for a circle."""
    found: list[Item] = []
    done: set[Item] = set()
    waiting = list(items)
    while waiting:
        ready = next((i for i in waiting if i.needs <= done), None)
        if ready is None:
            raise OrderError("the order statements contradict the data flow")
        waiting.remove(ready)
        done.add(ready)
        found.append(ready)
    return found
