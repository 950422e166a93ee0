"""Reading the Flyte decorator of a task: its arguments as nodes, through ``functools.partial`` and shared dictionaries.

Arguments that stand in this file are original nodes; those of a helper in another module are spelled out for this one
(:func:`flyte_migrate.rules.configuration.foreign`).
"""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from flyte_migrate.project.link import ROLES, given_to
from flyte_migrate.rewrite.template import argument, string_value
from flyte_migrate.rewrite.view import FileView, TaskDefinition
from flyte_migrate.rules.configuration import Comments, argument_comments, callee, canonical, follow, foreign, is_none

PARTIAL = "functools.partial"


def decorator_arguments(view: FileView, definition: TaskDefinition) -> dict[str, cst.Arg]:
    """The arguments of the decorator by keyword, those bound by ``partial(task, …)`` included.

    A positional one is ``task_config``. Arguments that are literally ``None`` are left out: in v1 that is the same as
    not giving them.
    """
    found = made_arguments(view, definition)
    if found is not None:
        return {k: a for k, a in found.items() if not is_none(a.value)}
    found = {}
    for node in decorator_calls(view, definition.decorator.decorator):
        found.update(_arguments(view, node))
    return {k: a for k, a in found.items() if not is_none(a.value)}


def made_arguments(view: FileView, definition: TaskDefinition) -> dict[str, cst.Arg] | None:
    """The arguments of the decorator that a helper of the project makes (``return task(retries=2, **settings)``);
    None where the decorator is not made so."""
    expression = definition.decorator.decorator
    func = expression.func if isinstance(expression, cst.Call) else expression
    name = view.qualified(func) if isinstance(func, (cst.Name, cst.Attribute)) and func in view.parents else None
    helper = view.index.definition(name, view.facts.module) if name else None
    maker = helper.function.maker if helper is not None and helper.function is not None else None
    if maker is None or helper is None or helper.function is None:
        return None
    written = definition.task.function.decorators[definition.task.decorator]
    given = given_to(helper.function, maker, written)
    if given is None or view.index.canonical(maker.decorator.name, helper.module.module) not in ROLES:
        return None
    own = {a.keyword.value: a for a in expression.args if a.keyword} if isinstance(expression, cst.Call) else {}
    places = [p.name for p in helper.function.parameters if p.kind == "positional" and p.name != maker.function]
    by_place = [a for a in expression.args if not a.keyword and not a.star] if isinstance(expression, cst.Call) else []
    holes = {k: foreign(view, helper.module, text) for k, text in given.items() if isinstance(text, str)}
    holes.update({k: a.value for k, a in own.items() if k in given})
    holes.update({name: a.value for name, a in zip(places, by_place, strict=False)})
    found: dict[str, cst.Arg] = {}
    for argument_ in maker.decorator.positional[:1]:
        found["task_config"] = argument(foreign(view, helper.module, argument_.text, holes), "task_config")
    for argument_ in maker.decorator.arguments:
        if argument_.keyword != "**":
            same = own.get(argument_.keyword) if argument_.text == argument_.keyword else None
            value = foreign(view, helper.module, argument_.text, holes)
            found[argument_.keyword] = same or argument(value, argument_.keyword)
            continue
        for item in given["**"]:
            if item.keyword in own:
                found[item.keyword] = own[item.keyword]
        if isinstance(expression, cst.Call):
            for arg in expression.args:
                if arg.star == "**":
                    found.update(mapping_arguments(view, arg.value))
    return found


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
