"""Values that tasks change in place.

A task of Flyte 1 works on a copy of its inputs, a direct call of a Flyte 2 task on the objects themselves (SEM-11,
SEM-12): what a task does to them is seen by whoever reads them afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flyte_migrate.project.facts import Function, HandOver
from flyte_migrate.project.link import ProjectIndex
from flyte_migrate.project.values import whole


class Mutations:
    """Which parameters of functions come back changed from a call that copies nothing."""

    def __init__(self, index: ProjectIndex) -> None:
        self.index = index
        self._changed: dict[str, frozenset[str]] = {}
        self._shows: dict[str, bool] = {}

    def changed(self, module: str, function: Function) -> frozenset[str]:
        """The parameters whose values a direct call changes in place, by itself or by what it calls."""
        name = f"{module}.{function.key}"
        if name not in self._changed:
            self._changed[name] = frozenset(function.changes)  # for those that call themselves
            found = set(function.changes)
            parameters = {p.name for p in function.parameters}
            for item, _, _ in self._changing(module, function):
                found |= self._origins(module, function, item.values) & parameters
            self._changed[name] = frozenset(found)
        return self._changed[name]

    def shows(self, module: str, function: Function) -> bool:
        """Whether a former workflow, called directly, reads values again that a task which it called has changed."""
        name = f"{module}.{function.key}"
        if name not in self._shows:
            self._shows[name] = False
            shared = set(function.shares)
            reached = (self._function(called, module) for called in function.refers)
            self._shows[name] = any(
                self._origins(module, function, item.values) & shared for item, _, _ in self._changing(module, function)
            ) or any(found is not None and self._descends(*found) and self.shows(*found) for found in reached)
        return self._shows[name]

    def _descends(self, module: str, function: Function) -> bool:
        """Whether a function is executed where its caller is: any but a task."""
        task = self.index.tasks.get(f"{module}.{function.key}")
        return task is None or task.is_driver

    def _changing(self, module: str, function: Function) -> Iterator[tuple[HandOver, str, Function]]:
        for item, place, callee in self._callees(module, function):
            if self._parameter(item, callee) in self.changed(place, callee):
                yield item, place, callee

    def _callees(self, module: str, function: Function) -> Iterator[tuple[HandOver, str, Function]]:
        for item in function.hands_over:
            found = self._function(item.callee, module)
            if found is not None:
                yield item, *found

    def _function(self, name: str, module: str) -> tuple[str, Function] | None:
        definition = self.index.original(name, module)
        if definition is not None and definition.variable is not None:
            plan = self.index.plan(name, module)
            definition = self.index.original(plan.workflow, plan.module) if plan is not None else None
        if definition is None or definition.function is None:
            return None
        return definition.module.module, definition.function

    @staticmethod
    def _parameter(item: HandOver, function: Function) -> str:
        if isinstance(item.parameter, str):
            return item.parameter
        return function.parameters[item.parameter].name if item.parameter < len(function.parameters) else ""

    def _origins(self, module: str, function: Function, values: tuple[str, ...]) -> set[str]:
        """The values, and those that the calls which made them may have passed through."""
        found: set[str] = set()
        waiting = list(values)
        while waiting:
            value = waiting.pop()
            if value not in found:
                found |= {value, whole(value)}
                for item, _, callee in self._callees(module, function):
                    if item.result == whole(value) and self._passes_through(item, callee):
                        waiting += item.values
        return found

    def _passes_through(self, item: HandOver, function: Function) -> bool:
        """Whether a function may return the value that it is given, going by its annotations."""
        name = self._parameter(item, function)
        taken = next((p.annotation for p in function.parameters if p.name == name), None)
        if taken is None or function.returns is None:
            return taken is None and function.returns is None
        return re.search(rf"(?<!\w){re.escape(taken)}(?!\w)", function.returns) is not None
