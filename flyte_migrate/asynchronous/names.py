"""Names for what had none: values of nested calls, local functions, semaphores."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import libcst as cst

from flyte_migrate.asynchronous.dag import Graph
from flyte_migrate.asynchronous.items import Item
from flyte_migrate.asynchronous.maps import read_map
from flyte_migrate.asynchronous.units import Units
from flyte_migrate.rewrite.scopes import Scope
from flyte_migrate.rewrite.template import string_value
from flyte_migrate.rewrite.view import FileView
from flyte_migrate.rewrite.walk import children, walk


class Names:
    """The names of one function. ``given`` are those of nested calls that got a variable, by the call."""

    def __init__(self, view: FileView, node: cst.FunctionDef, graph: Graph, units: Units) -> None:
        self.view, self.node, self.graph, self.units = view, node, graph, units
        self.given: dict[cst.CSTNode, str] = {}
        self.taken = {n.value for n in walk(node) if isinstance(n, cst.Name) and n in view.scope_at}
        self.taken |= _enclosing_names(view, node) | set(graph.renamed.values())
        self.unread = set(self._only_ordered())

    def _only_ordered(self) -> Iterator[str]:
        """Names that nothing but order statements read."""
        orders = [found for node in walk(self.node.body) if (found := self.graph.order_operands(node)) is not None]
        operands = {n for order in orders for operand in order for n in walk(operand) if isinstance(n, cst.Name)}
        for name in {n.value for n in operands}:
            if operands.issuperset(self.view.uses_of(name, self.graph.scope)):
                yield name

    def target(self, item: Item) -> cst.BaseAssignTargetExpression | None:
        """What the value of an item's call is bound to; the variable of a nested call is made up now."""
        if item.lifted is not None:
            if item.lifted not in self.given:
                self.given[item.lifted] = self.fresh(self.preferred(item))
            return cst.Name(self.given[item.lifted])
        if isinstance(item.statement, cst.SimpleStatementLine):
            small = item.statement.body[0]
            target = small.targets[0].target if isinstance(small, cst.Assign) else None
            if isinstance(small, cst.AnnAssign):
                target = small.target
            if isinstance(target, cst.Name) and target.value in self.unread:
                return None
            return self.renamed(target) if target is not None else None
        return None

    def renamed(self, target: cst.BaseAssignTargetExpression) -> cst.BaseAssignTargetExpression:
        """The target of an assignment with the names it has now."""
        if target in self.graph.renamed:
            return cst.Name(self.graph.renamed[target])
        if isinstance(target, (cst.Tuple, cst.List)):
            elements = [e.with_changes(value=self.renamed(e.value)) for e in target.elements]  # type: ignore[arg-type]
            return target.with_changes(elements=elements)
        return target

    def chain(self, items: Sequence[Item], results: Sequence[str]) -> str:
        if 0 < len(results) < 3:
            return f"compute_{'_and_'.join(name.lstrip('_') for name in results)}"
        labels = [self.label(i) for i in items if i.has_calls]
        return f"{labels[0]}_then_{labels[-1].lstrip('_')}" if len(labels) > 1 else f"run_{labels[0]}"

    def label(self, item: Item) -> str:
        """A word for an item: the name its value is bound to, or the task it calls."""
        target = self.target(item) if item.lifted is None else None
        if isinstance(target, cst.Name):
            return target.value
        return self.function(item.unit) if item.unit is not None else "branch"

    def function(self, node: cst.BaseExpression) -> str:
        call = self.units.map_call(node)
        func = call.args[0].value if call is not None else node.func if isinstance(node, cst.Call) else None
        while isinstance(func, (cst.Call, cst.Attribute)):
            if isinstance(func, cst.Attribute) and func.attr.value not in ("override", "wait"):
                return func.attr.value
            func = func.func if isinstance(func, cst.Call) else func.value
        return func.value if isinstance(func, cst.Name) else "values"

    def preferred(self, item: Item) -> str:
        """A name for the value of a nested call: the parameter or key it goes to, else one from the task's name."""
        node = item.lifted
        assert node is not None
        parent = self.view.parent(node)
        name = ""
        if isinstance(parent, cst.Arg) and parent.keyword is not None:
            name = parent.keyword.value
        elif isinstance(parent, cst.DictElement) and parent.value is node:
            name = string_value(parent.key) or ""
        if (
            name.isidentifier()
            and not keyword.iskeyword(name)
            and name not in self.taken
            and not hasattr(builtins, name)
        ):
            return name
        if self.units.kind(node) in ("map", "each"):
            call = self.units.map_call(node)
            mapped = read_map(self.view, self.units, call) if call is not None else None
            return "outcomes" if mapped is not None and mapped.errors is not None else "results"
        if self.view.qualified(getattr(node, "func", node)) == "flyte.new_condition":
            return "condition"
        return f"{self.function(node)}_result"

    @contextmanager
    def local(self) -> Iterator[set[str]]:
        """A local function is being written: its names can be used again, but for those that are put into the set."""
        kept: set[str] = set()
        before = set(self.taken)
        yield kept
        self.taken = before | (self.taken & kept)

    def fresh(self, preferred: str) -> str:
        name, number = preferred, 1
        while name in self.taken or keyword.iskeyword(name) or hasattr(builtins, name):
            number += 1
            name = f"{preferred}_{number}"
        self.taken.add(name)
        return name


def _enclosing_names(view: FileView, node: cst.FunctionDef) -> set[str]:
    """Names of the functions around a nested one: they may be read in it."""
    found: set[str] = set()
    scope: Scope | None = view.scope_of[node].parent
    while scope is not None and scope.parent is not None:
        found |= set(scope.bindings)
        scope = scope.parent
    return found | set(_parameters(node))


def _parameters(node: cst.FunctionDef) -> Iterator[str]:
    """Parameter names of a function."""
    for part in children(node.params):
        if isinstance(part, cst.Param):
            yield part.name.value
