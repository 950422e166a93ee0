"""The edits of one file: its coroutine functions, and the calls of coroutine functions from everywhere else."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flyte_migrate.asynchronous.colour import Colouring
from flyte_migrate.asynchronous.emit import coroutine_function, ordered_function
from flyte_migrate.asynchronous.units import Callee, Units
from flyte_migrate.asynchronous.uses import expects_run_error, outer_calls
from flyte_migrate.project.link import Task
from flyte_migrate.rewrite.awaiting import awaited, enclosing_function
from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import argument, call
from flyte_migrate.rewrite.view import FileView


def edit_file(view: FileView, colouring: Colouring, migrated: frozenset[str]) -> Iterator[Item]:
    """Make coroutine functions of those that turn, and let the rest of the file wait for them."""
    units = Units(view, colouring.turned)
    turned: set[cst.FunctionDef] = set()
    for node, key in view.functions:
        name = f"{view.facts.module}.{key}"
        if any(isinstance(a, cst.FunctionDef) and a in turned for a in view.ancestors(node)):
            continue
        if name in colouring.turned:
            turned.add(node)
            yield from _coroutine(view, units, node, name in colouring.parallel)
        elif name in migrated:
            yield from _in_order(view, units, node)
    for outer, callee in outer_calls(view, units):
        if not any(a in turned for a in view.ancestors(outer)):
            yield from _call(view, outer, callee, callee.qualified in colouring.catching)


def _coroutine(view: FileView, units: Units, node: cst.FunctionDef, parallel: bool) -> Iterator[Item]:
    coroutine = coroutine_function(view, node, units, parallel)
    yield Replace(node, lambda updated: coroutine.function)
    if coroutine.loses_parallelism:
        message = f"The calls of a loop of {node.name.value} ran side by side in Flyte 1; they run one after the other."
        yield Finding(node, "FM273", message)


def _in_order(view: FileView, units: Units, node: cst.FunctionDef) -> Iterator[Item]:
    """A workflow that stays sync: its calls in the order that ``>>`` asks for."""
    if not any(isinstance(n, cst.RightShift) for n in _operators(view, node)):
        return
    built = ordered_function(view, node, Units(view, units.asynchronous))
    yield Replace(node, lambda updated: built)


def _operators(view: FileView, node: cst.FunctionDef) -> Iterator[cst.CSTNode]:
    for operation in view.by_type.get(cst.BinaryOperation, ()):
        if node in view.ancestors(operation):
            assert isinstance(operation, cst.BinaryOperation)
            yield operation.operator


def _run(view: FileView, node: cst.Call, task: Task | None, updated: cst.Call) -> cst.BaseExpression:
    """``flyte.with_runcontext(mode="local").run(main, x=1)``, which raises what the sync task raised."""
    run = f'{view.local_name("flyte:with_runcontext")}(mode="local").run'
    args = [cst.Arg(updated.func), *updated.args]
    ran = call(run, args)
    if isinstance(view.parent(node), cst.Expr) or task is None:
        return ran
    outputs = cst.Call(cst.Attribute(ran, cst.Name("outputs")))
    if task.outputs.count == 1:
        return cst.Subscript(outputs, [cst.SubscriptElement(cst.Index(cst.Integer("0")))])
    return cst.Call(cst.Name("tuple"), [cst.Arg(outputs)])


def _call(view: FileView, node: cst.Call, callee: Callee, catches: bool) -> Iterator[Item]:
    """A call from code that does not turn: awaited in a coroutine function, else run to its end.

    A run it has to be where the error of a run is caught, around the call or below it (``catches``).
    """
    function = enclosing_function(view, node)
    is_async = isinstance(function, cst.FunctionDef) and function.asynchronous is not None
    through = node.func.attr.value if isinstance(node.func, cst.Attribute) else ""
    if isinstance(view.parent(node), cst.Await):
        if through == "aio":
            yield Replace(node, lambda updated: updated.with_changes(func=updated.func.value))
        return
    if through == "aio":
        # Gathered, say: `t.aio(...)` gives a coroutine inside a run, `t(...)` everywhere.
        yield Replace(node, lambda updated: updated.with_changes(func=updated.func.value))
        return
    if is_async:
        yield Replace(node, lambda updated: awaited(view, node, updated))
        return
    if callee.task is not None and not through and (catches or expects_run_error(view, node)):
        yield Replace(node, lambda updated: _run(view, node, callee.task, updated))
        return
    run = f"{view.local_name('asyncio:')}.run"
    yield Replace(node, lambda updated: cst.Call(cst.parse_expression(run), [argument(updated)]))
