"""Reading the Flyte decorator of a task: its arguments as nodes, through ``functools.partial`` and shared dictionaries.

Arguments that stand in this file are original nodes; those of a helper in another module are spelled out for this one
(:func:`flyte_migrate.rules.configuration.foreign`).
"""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from flyte_migrate.project.link import ROLES
from flyte_migrate.rewrite.template import argument, string_value
from flyte_migrate.rewrite.view import FileView, TaskDefinition
from flyte_migrate.rules.configuration import Comments, argument_comments, callee, canonical, follow, is_none

PARTIAL = "functools.partial"


def decorator_arguments(view: FileView, definition: TaskDefinition) -> dict[str, cst.Arg]:
    """The arguments of the decorator by keyword, those bound by ``partial(task, …)`` included.

    A positional one is ``task_config``. Arguments that are literally ``None`` are left out: in v1 that is the same as
    not giving them.
    """
    found: dict[str, cst.Arg] = {}
    for node in decorator_calls(view, definition.decorator.decorator):
        found.update(_arguments(view, node))
    return {k: a for k, a in found.items() if not is_none(a.value)}


def decorator_calls(view: FileView, expression: cst.BaseExpression, depth: int = 0) -> list[cst.Call]:
    """The calls that give a decorator its arguments, innermost ``partial`` first."""
    if depth > 10:
        return []
    if isinstance(expression, cst.Call):
        if callee(view, expression) == PARTIAL:
            inner = expression.args[0].value if expression.args else None
        else:
            inner = expression.func
        below = decorator_calls(view, inner, depth + 1) if inner is not None else []
        return [*below, expression]
    if canonical(view, expression) in ROLES:
        return []
    behind = follow(view, expression)
    return decorator_calls(view, behind, depth + 1) if isinstance(behind, cst.Call) and behind is not expression else []


def _arguments(view: FileView, node: cst.Call) -> dict[str, cst.Arg]:
    positional = [a for a in node.args if a.keyword is None and not a.star]
    if callee(view, node) == PARTIAL:
        positional = positional[1:]
    found: dict[str, cst.Arg] = {"task_config": positional[0]} if positional else {}
    for arg in node.args:
        if arg.keyword is not None:
            found[arg.keyword.value] = arg
        elif arg.star == "**":
            found.update(mapping_arguments(view, arg.value))
    return found


def mapping_arguments(view: FileView, value: cst.BaseExpression) -> dict[str, cst.Arg]:
    """The keyword arguments that ``**value`` stands for, a dictionary display or a ``dict(...)`` call."""
    behind = follow(view, value)
    found: dict[str, cst.Arg] = {}
    if isinstance(behind, cst.Dict):
        for element in behind.elements:
            key = string_value(element.key) if isinstance(element, cst.DictElement) else None
            if key is not None:
                found[key] = argument(element.value, key)
    elif isinstance(behind, cst.Call) and isinstance(behind.func, cst.Name) and behind.func.value == "dict":
        found.update({a.keyword.value: a for a in behind.args if a.keyword is not None})
    return found


#: Where the environment says what a v1 argument said.
ENVIRONMENT_ARGUMENTS = {
    "container_image": "image",
    "requests": "resources",
    "limits": "resources",
    "resources": "resources",
    "accelerator": "resources",
    "shared_memory": "resources",
    "environment": "env_vars",
    "secret_requests": "secrets",
    "task_config": "plugin_config",
}


def environment_comments(definition: TaskDefinition, keywords: Iterable[str]) -> dict[str, Comments]:
    """The comments around a decorator's environment-level arguments, by argument of the environment."""
    expression = definition.decorator.decorator
    found: dict[str, Comments] = {}
    if not isinstance(expression, cst.Call):
        return found
    taken = set(keywords)
    for keyword, comments in argument_comments(expression).items():
        if keyword in taken and keyword in ENVIRONMENT_ARGUMENTS:
            name = ENVIRONMENT_ARGUMENTS[keyword]
            before = found.get(name, Comments())
            behind = "  ".join(filter(None, (before.behind, comments.behind)))
            found[name] = Comments((*before.above, *comments.above), behind)
    return found
