"""``@task``, ``@dynamic``, ``@workflow``, ``@eager`` → ``@env.task`` with the arguments that stay on the task (IMP-01…03, CFG-10…24).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-configuration/
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flyte_migrate.project.environments import ENVIRONMENT_KEYWORDS
from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import argument, call, code
from flyte_migrate.rewrite.view import FileView, TaskDefinition
from flyte_migrate.rules import on_task
from flyte_migrate.rules.cache import CACHE_KEYWORDS, cache_argument, cache_findings
from flyte_migrate.rules.decorators import decorator_arguments

_KEPT = frozenset({"retries", "timeout", "interruptible", "pod_template"})


@on_task
def convert_decorator(view: FileView, definition: TaskDefinition) -> Iterator[Item]:
    """Point the decorator at the task's environment and keep the arguments that belong to the task."""
    task = definition.task
    code_ = view.environments.blocked.get(task.qualified)
    if code_:
        yield Finding(definition.decorator, code_, f"{task.name} keeps its Flyte 1 decorator.")
        return
    ref = view.environments.of_task.get(task.qualified)
    if ref is None:
        return
    originals = decorator_arguments(view, definition)
    yield from _findings(view, definition, originals)
    variable = view.environment(*ref)
    decorator = definition.decorator

    def build(updated: cst.Decorator) -> cst.Decorator:
        rebuilt = originals
        if isinstance(updated.decorator, cst.Call):
            given = {a.keyword.value: a for a in updated.decorator.args if a.keyword is not None}
            rebuilt = {k: given.get(k, a) for k, a in originals.items()}
        args = task_arguments(view, rebuilt)
        target = cst.parse_expression(f"{variable}.task")
        expression = call(target, args, room=87) if args else target
        return updated.with_changes(decorator=expression)

    yield Replace(decorator, build)


def task_arguments(view: FileView, args: dict[str, cst.Arg]) -> list[cst.Arg]:
    """The v2 task arguments for v1 ones (environment-level ones are left to the environment)."""
    found: list[cst.Arg] = []
    for keyword, arg in args.items():
        if keyword in ENVIRONMENT_KEYWORDS:
            continue
        if keyword in _KEPT:
            found.append(_plain(arg))
        elif keyword == "cache":
            found += cache_argument(view, args)
        elif keyword == "pod_template_name":
            found.append(argument(arg.value, "pod_template"))
        elif keyword == "enable_deck" and code(arg.value) != "False":
            found.append(argument(arg.value, "report"))
        elif keyword == "disable_deck" and code(arg.value) == "False":
            found.append(argument("True", "report"))
        elif keyword == "docs":
            found.append(_plain(arg))
    return found


def _plain(arg: cst.Arg) -> cst.Arg:
    assert arg.keyword is not None
    return argument(arg.value, arg.keyword.value)


def _findings(view: FileView, definition: TaskDefinition, args: dict[str, cst.Arg]) -> Iterator[Finding]:
    yield from cache_findings(view, args)
    known = _KEPT | set(ENVIRONMENT_KEYWORDS) | CACHE_KEYWORDS | {"pod_template_name", "enable_deck", "disable_deck", "docs"}
    for keyword, arg in args.items():
        if keyword not in known:
            yield Finding(arg, "FM104", f"{keyword} has no counterpart on a Flyte 2 task and was left out.")
