"""Calls in coroutine functions: ``t(x=1)`` → ``await t.aio(x=1)`` (DYN-04, DYN-05, TRAP-17, TRAP-18).

Which functions are async is decided for the whole project (:mod:`flyte_migrate.project.colour`).

Official: https://www.union.ai/docs/v2/flyte/user-guide/flyte-2/async/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import libcst as cst

from flyte_migrate.project.link import Task
from flyte_migrate.rewrite.awaiting import awaited, enclosing_function, is_async, runs_async, with_aio
from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import argument, brief, call
from flyte_migrate.rewrite.view import FileView, TaskDefinition
from flyte_migrate.rules import on_file, on_task
from flyte_migrate.rules.decorators import decorator_arguments

#: What takes awaitables and awaits them itself.
_TAKERS = frozenset(
    f"asyncio.{name}"
    for name in (
        "gather",
        "create_task",
        "ensure_future",
        "wait_for",
        "shield",
        "as_completed",
        "wait",
        "run",
        "run_coroutine_threadsafe",
        "timeout",
    )
)
_TAKING_METHODS = frozenset({"create_task", "run_until_complete", "start_soon"})
_COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)
_REMOTE = frozenset({"remote", "client_secret_group", "client_secret_key", "client_secret_env_var", "local_entrypoint"})


@dataclass(frozen=True)
class Callee:
    """A project function that a call runs: a task, or an ordinary function that became async."""

    qualified: str
    name: str
    task: Task | None


@on_task
def make_async(view: FileView, definition: TaskDefinition) -> Iterator[Item]:
    """Report arguments of the old eager decorator that are gone."""
    if definition.task.role != "eager":
        return
    for keyword, arg in decorator_arguments(view, definition).items():
        if keyword in _REMOTE:
            yield Finding(
                arg,
                "FM262",
                f"{keyword}={brief(arg.value)} was left out: {definition.task.name} starts its children itself.",
            )


@on_file
def color_functions(view: FileView) -> Iterator[Item]:
    """``def`` → ``async def`` where the function has to await, and ``await`` where async code calls tasks."""
    colours = view.colours
    if not colours.asynchronous:
        return
    for function, key in view.functions:
        if f"{view.facts.module}.{key}" in colours.turned and function.asynchronous is None:
            yield Replace(function, lambda updated: updated.with_changes(asynchronous=cst.Asynchronous()))
    generators: set[cst.GeneratorExp] = set()
    for node in view.by_type.get(cst.Call, ()):
        assert isinstance(node, cst.Call)
        callee = _callee(view, node)
        if callee is not None:
            yield from _call(view, node, callee, generators)
    for generator in generators:
        yield Replace(generator, lambda updated: cst.ListComp(updated.elt, updated.for_in))


def _callee(view: FileView, node: cst.Call) -> Callee | None:
    """The task, or the function that became async, that a call runs."""
    if not isinstance(node.func, (cst.Name, cst.Attribute)):
        return None
    task = view.task_of(node.func)
    if task is not None:
        return Callee(task.qualified, task.name, task) if task.role != "v2" else None
    name = view.qualified(node.func)
    definition = view.index.definition(name, view.facts.module) if name else None
    if definition is None or definition.function is None:
        return None
    qualified = f"{definition.module.module}.{definition.function.key}"
    return Callee(qualified, definition.function.name, None) if qualified in view.colours.turned else None


def _call(view: FileView, node: cst.Call, callee: Callee, generators: set[cst.GeneratorExp]) -> Iterator[Item]:
    function = enclosing_function(view, node)
    if isinstance(function, cst.FunctionDef) and is_async(view, function):
        yield from _in_async(view, node, callee, function, generators)
        return
    is_coroutine = callee.qualified in view.colours.asynchronous
    surrounded = function is not None and runs_async(view, function)
    if surrounded and not (is_coroutine and _handed_over(view, node)):
        kind = "lambda" if isinstance(function, cst.Lambda) else "sync function"
        code_ = "FM272" if callee.qualified in view.colours.turned else "FM260"
        yield Finding(
            node,
            code_,
            f"{callee.name} is called in a {kind} inside an async function, where it can't be awaited; call it "
            "in the async function.",
        )
    elif callee.qualified in view.colours.turned and not _handed_over(view, node):
        runner = view.local_name("asyncio:") + ".run"
        yield Replace(node, lambda updated: call(runner, [argument(updated)]))
    elif (
        is_coroutine and callee.task is not None and view.task_around(node) is not None and not _handed_over(view, node)
    ):
        yield Finding(
            node,
            "FM261",
            f"{callee.name} is async: called here it gives a coroutine that nothing awaits; make the caller "
            "async and await it.",
        )


def _in_async(
    view: FileView, node: cst.Call, callee: Callee, function: cst.FunctionDef, generators: set[cst.GeneratorExp]
) -> Iterator[Item]:
    """``await t.aio(…)`` for a sync task, ``await f(…)`` for what became async; the source awaits its own."""
    aio, needs_await = _form(view, node, callee.qualified, function)
    if needs_await:
        generator = _generator(view, node)
        if generator is not None:
            generators.add(generator)
    if aio or needs_await:
        yield Replace(node, lambda updated: _awaiting(view, node, updated, aio, needs_await))


def _form(view: FileView, node: cst.Call, callee: str, function: cst.FunctionDef) -> tuple[bool, bool]:
    """(whether a call in a coroutine function needs ``.aio``, whether it needs ``await``)."""
    is_coroutine = callee in view.colours.asynchronous
    in_source = is_coroutine and callee not in view.colours.turned
    needs_await = not isinstance(view.parent(node), cst.Await) and not _handed_over(view, node)
    return not is_coroutine, needs_await and not (in_source and function.asynchronous is not None)


def calling(view: FileView, node: cst.Call, task: Task) -> Callable[[cst.Call], cst.BaseExpression] | None:
    """How another rule writes a call that runs ``task`` from now on: awaited in async code; None if as it stands."""
    function = enclosing_function(view, node)
    if not isinstance(function, cst.FunctionDef) or not is_async(view, function):
        return None
    aio, needs_await = _form(view, node, task.qualified, function)
    return (lambda updated: _awaiting(view, node, updated, aio, needs_await)) if aio or needs_await else None


def _awaiting(view: FileView, node: cst.Call, updated: cst.Call, aio: bool, needs_await: bool) -> cst.BaseExpression:
    expression = updated.with_changes(func=with_aio(updated.func)) if aio else updated
    return awaited(view, node, expression) if needs_await else expression


def _generator(view: FileView, node: cst.CSTNode) -> cst.GeneratorExp | None:
    """The generator expression in which an await would make it an async generator: it becomes a list."""
    inner: cst.CSTNode = node
    for ancestor in view.ancestors(node):
        if isinstance(ancestor, (cst.FunctionDef, cst.Lambda)):
            return None
        if isinstance(ancestor, _COMPREHENSIONS):
            outermost = isinstance(inner, cst.CompFor) and _is_below(view, node, inner.iter)
            if not outermost:
                return ancestor if isinstance(ancestor, cst.GeneratorExp) else None
        inner = ancestor
    return None


def _is_below(view: FileView, node: cst.CSTNode, top: cst.CSTNode) -> bool:
    return node is top or any(a is top for a in view.ancestors(node))


# -- coroutines that somebody else awaits -----------------------------------------------------------------------------


def _handed_over(view: FileView, node: cst.CSTNode) -> bool:
    """Whether the value goes to what awaits it: ``asyncio.gather(…)``, or a variable that is awaited later."""
    item: cst.CSTNode = node
    parent = view.parent(item)
    while isinstance(
        parent,
        (cst.Element, cst.StarredElement, cst.List, cst.Tuple, cst.Set, cst.ListComp, cst.GeneratorExp, cst.SetComp),
    ):
        if isinstance(parent, (cst.ListComp, cst.GeneratorExp, cst.SetComp)) and parent.elt is not item:
            return False
        item, parent = parent, view.parent(parent)
    if isinstance(parent, cst.Arg):
        taker = view.parent(parent)
        assert isinstance(taker, cst.Call)
        if _is_taker(view, taker):
            return True
        if (
            isinstance(taker.func, cst.Attribute)
            and taker.func.attr.value == "append"
            and isinstance(taker.func.value, cst.Name)
        ):
            return _awaited_later(view, taker.func.value)
        return False
    if isinstance(parent, cst.Assign) and len(parent.targets) == 1 and isinstance(parent.targets[0].target, cst.Name):
        return _awaited_later(view, parent.targets[0].target)
    if isinstance(parent, (cst.AnnAssign, cst.NamedExpr)) and isinstance(parent.target, cst.Name):
        return _awaited_later(view, parent.target)
    return False


def _is_taker(view: FileView, node: cst.Call) -> bool:
    if isinstance(node.func, cst.Attribute) and node.func.attr.value in _TAKING_METHODS:
        return True
    return view.canonical(node.func) in _TAKERS


def _awaited_later(view: FileView, name: cst.Name) -> bool:
    """Whether a variable is awaited, given to what awaits, or iterated over by a loop that awaits its items."""
    scope = view.scope_at[name].owner(name.value)
    if scope is None:
        return False
    for use in view.uses_of(name.value, scope):
        parent = view.parent(use)
        if isinstance(parent, cst.Await):
            return True
        if isinstance(parent, cst.Arg):
            taker = view.parent(parent)
            if isinstance(taker, cst.Call) and _is_taker(view, taker):
                return True
        loops = isinstance(parent, (cst.For, cst.CompFor)) and parent.iter is use
        if loops and isinstance(target := parent.target, cst.Name):  # type: ignore[union-attr]
            return any(isinstance(view.parent(n), cst.Await) for n in view.occurrences.get(target.value, ()))
    return False
