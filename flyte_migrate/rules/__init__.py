"""Rules: one module per flytekit concept, found by walking this package.

A rule is a pure generator ``(file view, what it is registered for) -> edits and findings``
(:mod:`flyte_migrate.rewrite.plan`).
It registers for a v1 symbol, a task definition, a call of a task, a node kind or a whole file; every registered rule
is run in the one pass of :func:`plan_file`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import lru_cache

import libcst as cst

from flyte_migrate.project.link import Task
from flyte_migrate.rewrite.plan import FilePlan, Item
from flyte_migrate.rewrite.view import FileView, Reference, TaskDefinition

SymbolRule = Callable[[FileView, Reference], Iterator[Item]]
TaskRule = Callable[[FileView, TaskDefinition], Iterator[Item]]
CallRule = Callable[[FileView, cst.Call, Task], Iterator[Item]]
NodeRule = Callable[[FileView, cst.CSTNode], Iterator[Item]]
FileRule = Callable[[FileView], Iterator[Item]]

_symbols: dict[str, list[SymbolRule]] = {}
_tasks: list[TaskRule] = []
_calls: list[CallRule] = []
_nodes: dict[type, list[NodeRule]] = {}
_files: list[FileRule] = []


def on_symbol(*names: str) -> Callable[[SymbolRule], SymbolRule]:
    """Run for every reference to one of these canonical v1 names, or to a row whose ``rule`` is one of these."""

    def register(rule: SymbolRule) -> SymbolRule:
        for name in names:
            _symbols.setdefault(name, []).append(rule)
        return rule

    return register


def on_task(rule: TaskRule) -> TaskRule:
    """Run for every definition of a former task, workflow, dynamic or eager function (not for those already v2)."""
    _tasks.append(rule)
    return rule


def on_task_call(rule: CallRule) -> CallRule:
    """Run for every call whose callee is a task of the project."""
    _calls.append(rule)
    return rule


def on_node(*kinds: type) -> Callable[[NodeRule], NodeRule]:
    """Run for every node of these libcst classes."""

    def register(rule: NodeRule) -> NodeRule:
        for kind in kinds:
            _nodes.setdefault(kind, []).append(rule)
        return rule

    return register


def on_file(rule: FileRule) -> FileRule:
    """Run once for the file."""
    _files.append(rule)
    return rule


@lru_cache(maxsize=1)
def load_rules() -> tuple[str, ...]:
    """Import every rule module; returns their names."""
    names = tuple(sorted(info.name for info in pkgutil.iter_modules(__path__)))
    for name in names:
        importlib.import_module(f"{__name__}.{name}")
    return names


def plan_file(view: FileView) -> FilePlan:
    """Run all rules over one file. Raises plan.ConflictError if two of them want the same node."""
    load_rules()
    plan = FilePlan()
    for rule in _files:
        plan.add(rule(view))
    for definition in view.tasks:
        if definition.task.role != "v2":
            for task_rule in _tasks:
                plan.add(task_rule(view, definition))
    for reference in view.references:
        for key in (reference.name, reference.row.rule if reference.row is not None else ""):
            for symbol_rule in _symbols.get(key, ()) if key else ():
                plan.add(symbol_rule(view, reference))
    if _calls:
        for node in view.by_type.get(cst.Call, ()):
            assert isinstance(node, cst.Call)
            task = view.task_of(node.func)
            if task is not None:
                for call_rule in _calls:
                    plan.add(call_rule(view, node, task))
    for kind, node_rules in _nodes.items():
        for node in view.by_type.get(kind, ()):
            for node_rule in node_rules:
                plan.add(node_rule(view, node))
    return plan
