"""Scripts: direct calls are plain Python, except where only a run gives what they need (WF-18, GATE-06).

Official: https://www.union.ai/docs/v2/flyte/user-guide/running-locally/
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flyte_migrate.project.colour import CONTEXT, GATES
from flyte_migrate.project.link import Task
from flyte_migrate.rewrite.awaiting import enclosing_function
from flyte_migrate.rewrite.plan import Item, Replace
from flyte_migrate.rewrite.template import argument, call
from flyte_migrate.rewrite.view import FileView
from flyte_migrate.rules import on_file

#: What the context offers that does not come from the run.
_WITHOUT_RUN = frozenset({"logging", "secrets", "working_directory", "default_deck", "decks", "stats"})


@on_file
def run_what_needs_a_run(view: FileView) -> Iterator[Item]:
    """``main(x=1)`` → ``flyte.with_runcontext(mode="local").run(main, x=1)`` where it waits or asks for its run."""
    for node in view.by_type.get(cst.Call, ()):
        assert isinstance(node, cst.Call)
        task = view.task_of(node.func) if isinstance(node.func, (cst.Name, cst.Attribute)) else None
        if task is None or task.role == "v2" or task.qualified in view.colours.turned:
            continue
        if task.qualified not in view.colours.in_need or not _is_outside(view, node) or not _needs_run(view, task):
            continue
        whole = _runner(view, node)
        if whole is None and task.qualified in view.colours.asynchronous:
            continue
        yield Replace(whole or node, lambda updated, node=node, task=task: _run(view, node, updated, task))  # type: ignore[misc]


def _is_outside(view: FileView, node: cst.Call) -> bool:
    """Whether a call stands in code that no task executes."""
    function = enclosing_function(view, node)
    if function is None:
        return True
    return (
        isinstance(function, cst.FunctionDef)
        and f"{view.facts.module}.{view.function_key(function)}" not in view.colours.inside
    )


def _runner(view: FileView, node: cst.Call) -> cst.Call | None:
    """The ``asyncio.run(…)`` around a call."""
    arg = view.parent(node)
    owner = view.parent(arg) if isinstance(arg, cst.Arg) else None
    return owner if isinstance(owner, cst.Call) and view.qualified(owner.func) == "asyncio.run" else None


def _run(view: FileView, node: cst.Call, updated: cst.Call, task: Task) -> cst.BaseExpression:
    inner = updated
    if _runner(view, node) is not None and isinstance(updated.args[0].value, cst.Call):
        inner = updated.args[0].value
    context = call(view.local_name("flyte:with_runcontext"), [argument('"local"', "mode")])
    run = call(cst.Attribute(context, cst.Name("run")), [argument(inner.func), *inner.args], room=10_000)
    if task.outputs.count == 0:
        return run
    outputs = call(cst.Attribute(run, cst.Name("outputs")), [])
    if task.outputs.count > 1:
        return outputs
    return cst.Subscript(outputs, [cst.SubscriptElement(cst.Index(cst.Integer("0")))])


def _needs_run(view: FileView, task: Task) -> bool:
    """Whether a task, or something that it calls, waits for a condition or asks for its run."""
    seen: set[str] = set()
    waiting = [(task.module, task.function)]
    while waiting:
        module, function = waiting.pop()
        qualified = f"{module}.{function.key}"
        if qualified in seen or qualified not in view.colours.in_need:
            continue
        seen.add(qualified)
        for name in function.refers:
            canonical = view.index.canonical(name, module)
            foreign = module != view.facts.module
            if canonical in GATES or (canonical == CONTEXT and (foreign or _asks_for_its_run(view, function.key))):
                return True
            definition = view.index.definition(name, module)
            if definition is not None and definition.function is not None:
                waiting.append((definition.module.module, definition.function))
    return False


def _asks_for_its_run(view: FileView, key: str) -> bool:
    """Whether a function of this file uses more of the context than what works everywhere."""
    for reference in view.references:
        if reference.name != CONTEXT:
            continue
        function = view.function_of(reference.node)
        if function is None or view.function_key(function) != key:
            continue
        made = view.parent(reference.chain)
        read = view.parent(made) if isinstance(made, cst.Call) else None
        if not isinstance(read, cst.Attribute) or read.attr.value not in _WITHOUT_RUN:
            return True
    return False
