"""What runs tasks in a migrated file, and how a coroutine function waits for it (TRAP-17, TRAP-18, MAP-24).

Official: https://www.union.ai/docs/v2/flyte/api-reference/migration/parallelism-and-async/
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import libcst as cst

from flyte_migrate.project.facts import Function
from flyte_migrate.project.link import Task
from flyte_migrate.rewrite.view import FileView
from flyte_migrate.rewrite.walk import children, walk

Kind = Literal["task", "function", "sdk", "method", "wrapped", "map", "each"]

#: Blocking calls of the SDK that raise in coroutine functions, and take part in the data flow like tasks.
WAITING = frozenset({"flyte.new_condition", "flyte.durable.sleep", "flyte.durable.now", "flyte.durable.time"})
#: What makes a blocking function of a coroutine function.
SYNCIFY = "flyte.syncify.syncify"
#: Blocking calls of the SDK that raise in coroutine functions, and only write something.
REPORTING = frozenset({"flyte.report.log", "flyte.report.flush", "flyte.report.replace"})

_COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)


@dataclass(frozen=True)
class Callee:
    """A function of the project that an expression names: its qualified key, and the task if it is one."""

    qualified: str
    function: Function
    task: Task | None


class Units:
    """The units of one file, given which functions are coroutine functions in the end."""

    def __init__(self, view: FileView, asynchronous: frozenset[str]) -> None:
        self.view, self.asynchronous = view, asynchronous
        self._kinds: dict[cst.CSTNode, Kind | None] = {}

    def is_unit(self, node: cst.CSTNode) -> bool:
        """Whether an expression starts tasks, so that it can be waited for."""
        return self.kind(node) is not None

    def kind(self, node: cst.CSTNode) -> Kind | None:
        """What kind of unit an expression is."""
        if not isinstance(node, (cst.Call, *_COMPREHENSIONS)):
            return None
        if node not in self._kinds:
            self._kinds[node] = None  # a comprehension asks about what is inside it
            self._kinds[node] = self._call(node) if isinstance(node, cst.Call) else self._comprehension(node)
        return self._kinds[node]

    def inputs(self, node: cst.BaseExpression) -> Sequence[cst.CSTNode]:
        """The parts of a unit that are evaluated once, before it starts."""
        kind = self.kind(node)
        if kind == "each":
            assert isinstance(node, _COMPREHENSIONS)
            return [node.for_in.iter]
        if kind == "map":
            mapped = self.map_call(node)
            assert mapped is not None
            return list(mapped.args[1:])
        return list(children(node))

    def _call(self, node: cst.Call) -> Kind | None:
        if isinstance(self.view.parent(node), cst.Await):
            return None
        if self.map_call(node) is not None:
            parent = self.view.parent(node)
            outer = self.view.parent(parent) if isinstance(parent, cst.Arg) else None
            # `list(flyte.map(...))` is one unit.
            return None if isinstance(outer, cst.Call) and outer is not node and self.map_call(outer) is node else "map"
        callee = self.callee(node.func)
        if callee is not None:
            if callee.task is not None:
                return "task"
            if any(decorator.name == SYNCIFY for decorator in callee.function.decorators):
                return "sdk"
            return "function" if callee.qualified in self.asynchronous else None
        if self.wrapped(node.func) is not None:
            return "wrapped"
        qualified = self.view.qualified(node.func)
        if qualified in WAITING:
            return "sdk"
        if (
            isinstance(node.func, cst.Attribute)
            and node.func.attr.value == "wait"
            and self._is_condition(node.func.value)
        ):
            return "method"
        return None

    def wrapped(self, func: cst.BaseExpression) -> cst.BaseExpression | None:
        """The task of ``syncify(task.aio)``, as which a task that runs no Python function is called from sync code."""
        if not isinstance(func, cst.Call) or len(func.args) != 1 or self.view.qualified(func.func) != SYNCIFY:
            return None
        value = func.args[0].value
        return value.value if isinstance(value, cst.Attribute) and value.attr.value == "aio" else None

    def _is_condition(self, node: cst.BaseExpression) -> bool:
        if isinstance(node, cst.Call):
            return self.view.qualified(node.func) == "flyte.new_condition"
        if isinstance(node, cst.Name):
            return any(
                b.kind == "assign" and b.value is not None and self._is_condition(b.value)
                for b in self.view.bindings(node)
            )
        return False

    def reports(self, node: cst.CSTNode) -> bool:
        """Whether a call writes to the report: awaited, too, but nothing waits for it."""
        return isinstance(node, cst.Call) and self.view.qualified(node.func) in REPORTING

    def callee(self, func: cst.BaseExpression) -> Callee | None:
        """The project function that calling ``func`` runs: by name, or ``t.override(...)``."""
        if isinstance(func, cst.Call):
            inner = func.func
            if isinstance(inner, cst.Attribute) and inner.attr.value == "override":
                found = self.callee(inner.value)
                return found if found is not None and found.task is not None else None
            return None
        return callee_of(self.view, func)

    def is_async(self, callee: Callee) -> bool:
        """Whether calling it gives a coroutine."""
        return callee.function.is_async or callee.qualified in self.asynchronous

    def map_call(self, node: cst.CSTNode) -> cst.Call | None:
        """The ``flyte.map(...)`` that an expression is, or of which it is the list."""
        if not isinstance(node, cst.Call):
            return None
        if (
            isinstance(node.func, cst.Name)
            and node.func.value == "list"
            and not self.view.bindings(node.func)
            and len(node.args) == 1
        ):
            inner = node.args[0].value
            is_map = isinstance(inner, cst.Call) and self.view.qualified(inner.func) == "flyte.map"
            return inner if is_map and isinstance(inner, cst.Call) else None
        return node if self.view.qualified(node.func) == "flyte.map" and node.args else None

    def _comprehension(self, node: cst.CSTNode) -> Kind | None:
        """A comprehension whose elements are calls that don't depend on each other."""
        assert isinstance(node, _COMPREHENSIONS)
        element = node.value if isinstance(node, cst.DictComp) else node.elt
        if not self.holds_units(element) or (isinstance(node, cst.DictComp) and self.holds_units(node.key)):
            return None
        if any(isinstance(part, (cst.NamedExpr, cst.Await, cst.Lambda)) for part in walk(element)):
            return None
        loop: cst.CompFor | None = node.for_in
        first = True
        while loop is not None:
            if loop.asynchronous is not None or any(self.holds_units(c.test) for c in loop.ifs):
                return None
            if not first and self.holds_units(loop.iter):
                return None
            loop, first = loop.inner_for_in, False
        return "each"

    def holds_units(self, node: cst.CSTNode) -> bool:
        """Whether a node is a unit or there is one below it."""
        return any(self.is_unit(part) for part in walk(node))


def callee_of(view: FileView, func: cst.BaseExpression) -> Callee | None:
    """The project function that a name or chain refers to, None for methods and anything unknown."""
    if isinstance(func, cst.Name):
        definitions = [b.node for b in view.bindings(func) if isinstance(b.node, cst.FunctionDef)]
        if definitions:
            if len(definitions) < len(view.bindings(func)):
                return None
            qualified = f"{view.facts.module}.{view.function_key(definitions[-1])}"
            task = view.index.tasks.get(qualified)
            function = task.function if task is not None else _function(view, qualified)
            return Callee(qualified, function, task) if function is not None else None
    elif not isinstance(func, cst.Attribute):
        return None
    name = view.qualified(func)
    definition = view.index.original(name, view.facts.module) if name else None
    if definition is None or definition.function is None:
        return None
    qualified = f"{definition.module.module}.{definition.function.key}"
    return Callee(qualified, definition.function, view.index.tasks.get(qualified))


def _function(view: FileView, qualified: str) -> Function | None:
    key = qualified[len(view.facts.module) + 1 :]
    return next((f for f in view.facts.functions if f.key == key), None)
