"""Workflows whose calls ran side by side and now run one after another, with ``--style sync`` (TRAP-28, SEM-04).

Official: https://www.union.ai/docs/v2/flyte/api-reference/migration/parallelism-and-async/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from flyte_migrate.asynchronous.dag import Graph
from flyte_migrate.asynchronous.items import Item, OrderError, side_by_side
from flyte_migrate.rewrite.flow import called_task, mapped_task
from flyte_migrate.rewrite.plan import Finding
from flyte_migrate.rewrite.plan import Item as PlanItem
from flyte_migrate.rewrite.view import FileView, TaskDefinition
from flyte_migrate.rewrite.walk import children, walk
from flyte_migrate.rules import on_task

_CREATE_NODE = "flytekit.core.node_creation.create_node"
#: How many names a note lists.
_NAMED = 4


@on_task
def report_lost_parallelism(view: FileView, definition: TaskDefinition) -> Iterator[PlanItem]:
    """Say how many calls of a workflow ran side by side."""
    if view.settings.style != "sync" or definition.task.role not in ("workflow", "dynamic"):
        return
    if not isinstance(definition.node.body, cst.IndentedBlock) or definition.node.asynchronous is not None:
        return
    units = _Units(view)
    if not units.are_several(definition.node) or units.are_in_a_row(definition.node.body.body):
        return
    try:
        items = Graph(view, definition.node, units).analyse(definition.node.body.body).items
    except OrderError:
        return
    calls = side_by_side(items)
    if len(calls) > 1:
        names = [name for call in calls if (name := units.name(call))]
        shown = (
            f" ({', '.join(names[:_NAMED])}{', …' if len(names) > _NAMED else ''})" if len(names) == len(calls) else ""
        )
        yield Finding(
            definition.node,
            "FM270",
            f"{len(calls)} calls ran side by side in Flyte 1{shown}; here they run one after the other.",
        )
    elif any(item.each is not None for item in items) or units.in_comprehensions(definition.node):
        yield Finding(
            definition.node,
            "FM270",
            "The calls of a loop ran side by side in Flyte 1; here they run one after the other.",
        )


def runs_in_a_row(view: FileView, definition: TaskDefinition) -> bool:
    """Whether every call of a workflow needs the one before, as far as that can be told."""
    units, body = _Units(view), definition.node.body
    if not isinstance(body, cst.IndentedBlock) or not units.are_several(definition.node):
        return True
    try:
        items = Graph(view, definition.node, units).analyse(body.body).items
    except OrderError:
        return False
    looped = any(item.each is not None for item in items) or units.in_comprehensions(definition.node)
    return not looped and len(side_by_side(items)) <= 1


class _Units:
    """What was a node of a Flyte 1 workflow: calls of tasks, map tasks, conditions."""

    def __init__(self, view: FileView) -> None:
        self.view = view
        self._known: dict[cst.CSTNode, bool] = {}

    def is_unit(self, node: cst.CSTNode) -> bool:
        """Whether an expression made a node."""
        if not isinstance(node, cst.Call):
            return False
        if node not in self._known:
            self._known[node] = self._is_node(node)
        return self._known[node]

    def inputs(self, node: cst.BaseExpression) -> Sequence[cst.CSTNode]:
        """The arguments; those of a condition belong to its branches."""
        return [] if self._is_condition(node) else list(children(node))

    def are_several(self, function: cst.FunctionDef) -> bool:
        """Whether a function makes more than one node, or any in a loop: what is cheap to know."""
        count = 0
        for node in walk(function.body):
            if isinstance(node, (cst.For, cst.CompFor)):
                return True
            count += self.is_unit(node)
        return count > 1

    def are_in_a_row(self, block: Sequence[cst.BaseStatement]) -> bool:
        """Whether each node of a plain block takes what the one before gave: the case of most workflows, and cheap to
        know.
        """
        given: set[str] | None = None
        for line in block:
            small = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None
            if not isinstance(small, (cst.Assign, cst.Expr, cst.Return)) or small.value is None:
                return False
            calls = [n for n in walk(small.value) if self.is_unit(n)]
            if not calls and not isinstance(small, cst.Assign):
                continue
            if calls != [small.value]:
                return False
            read = {n.value for n in walk(small.value) if isinstance(n, cst.Name) and n in self.view.scope_at}
            if given is not None and given.isdisjoint(read):
                return False
            targets = [t.target for t in small.targets] if isinstance(small, cst.Assign) else []
            given = {n.value for target in targets for n in walk(target) if isinstance(n, cst.Name)}
        return True

    def in_comprehensions(self, function: cst.FunctionDef) -> bool:
        """Whether there are nodes among the elements of a comprehension."""
        elements = (n.elt for n in walk(function.body) if isinstance(n, (cst.ListComp, cst.SetComp, cst.GeneratorExp)))
        return any(self.is_unit(part) for element in elements for part in walk(element))

    def _is_node(self, node: cst.Call) -> bool:
        if called_task(self.view, node.func) is not None or mapped_task(self.view, node.func) is not None:
            return True
        if isinstance(node.func, (cst.Name, cst.Attribute)) and self.view.canonical(node.func) == _CREATE_NODE:
            return True
        parent = self.view.parent(node)
        return self._is_condition(node) and not (isinstance(parent, cst.Attribute) and parent.value is node)

    def _is_condition(self, node: cst.CSTNode) -> bool:
        while isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            node = node.func.value
        return isinstance(node, cst.Call) and self.view.canonical(node.func) == "flytekit.conditional"

    def name(self, item: Item) -> str:
        """The task that a node runs, as it is called here."""
        if not isinstance(item.unit, cst.Call):
            return ""
        task = called_task(self.view, item.unit.func) or mapped_task(self.view, item.unit.func)
        return task.name if task is not None else ""
