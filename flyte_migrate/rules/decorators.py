"""Reading the Flyte decorator of a task: its arguments as nodes, through ``functools.partial`` where it hides them."""

from __future__ import annotations

import libcst as cst

from flyte_migrate.rewrite.view import FileView, TaskDefinition


def decorator_arguments(view: FileView, definition: TaskDefinition) -> dict[str, cst.Arg]:
    """The keyword arguments of the decorator, those bound by ``partial(task, …)`` in this file included.

    Arguments that are literally ``None`` are left out: in v1 that is the same as not giving them.
    """
    expression = definition.decorator.decorator
    found: dict[str, cst.Arg] = {}
    callee: cst.BaseExpression = expression
    if isinstance(expression, cst.Call):
        callee = expression.func
    if isinstance(callee, cst.Name):
        for binding in view.bindings(callee):
            if binding.kind == "assign" and isinstance(binding.value, cst.Call):
                found.update(_keywords(binding.value))
    if isinstance(expression, cst.Call):
        if view.canonical(expression.func) == "functools.partial":
            found.update(_keywords(expression))
        found.update(_keywords(expression))
    return {k: a for k, a in found.items() if not (isinstance(a.value, cst.Name) and a.value.value == "None")}


def _keywords(node: cst.Call) -> dict[str, cst.Arg]:
    return {arg.keyword.value: arg for arg in node.args if arg.keyword is not None}
