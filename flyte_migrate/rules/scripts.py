"""Scripts and tests: direct calls are plain Python, except where only a run gives what they need (WF-18, GATE-06).

A file made of a local path asks for ``flyte.init()``, a data frame can only be opened in a run
(``flyte.io.File.from_local_sync``, ``flyte.io.DataFrame.open``).

Official: https://www.union.ai/docs/v2/flyte/user-guide/running-locally/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import libcst as cst

from flyte_migrate.project.colour import CONTEXT, GATES, NEW_PLACES, catches_maps, takes_frames
from flyte_migrate.project.link import Task
from flyte_migrate.project.mutations import Mutations
from flyte_migrate.rewrite.awaiting import enclosing_function
from flyte_migrate.rewrite.flow import Type
from flyte_migrate.rewrite.plan import Finding, Insert, Item, Replace
from flyte_migrate.rewrite.template import argument, call, code
from flyte_migrate.rewrite.view import FileView, Statement
from flyte_migrate.rules import on_file
from flyte_migrate.rules.kinds import DIRECTORY_TYPES, FILE_TYPES, Kind, kinds_of

_NAME = re.compile(r"[A-Za-z_][\w.]*")
_TIMES = frozenset({"datetime.datetime"})
_LOOPS = (cst.For, cst.While, cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)
_CLIENTS = frozenset({"flytekit.FlyteRemote", "union.UnionRemote"})
_BLOB_TYPES = FILE_TYPES | DIRECTORY_TYPES
#: What the context offers that does not come from the run.
_WITHOUT_RUN = frozenset({"logging", "secrets", "working_directory", "default_deck", "decks", "stats"})


@on_file
def run_what_needs_a_run(view: FileView) -> Iterator[Item]:
    """``main(x=1)`` → ``flyte.with_runcontext(mode="local").run(main, x=1)`` where it waits, asks for its run, opens
    data frames, or changes what others read.
    """
    for node, task in _outside_calls(view):
        if task.qualified in view.colours.turned:
            continue
        if not (is_run(view, task) or _changes_arguments(view, node, task) or _reads_cache(view, node, task)):
            continue
        whole = _runner(view, node)
        if whole is None and task.qualified in view.colours.asynchronous:
            continue
        yield Replace(whole or node, lambda updated, node=node, task=task: _run(view, node, updated, task))  # type: ignore[misc]


@on_file
def initialize(view: FileView) -> Iterator[Item]:
    """``flyte.init()`` before calls of tasks that make files."""
    if any(reference.name in _CLIENTS for reference in view.references):
        return  # it initializes otherwise
    anchors: dict[cst.CSTNode, Statement] = {}
    for node, task in _outside_calls(view):
        if "file" in _data(view, task):
            anchor = _beginning(view, node)
            anchors.setdefault(anchor, anchor)
    # Functions of a test module share the first one's.
    definitions = [s for s in view.tree.body if s in anchors and isinstance(s, (cst.FunctionDef, cst.ClassDef))]
    for anchor in (a for a in anchors.values() if a not in definitions[1:]):
        statement = cst.parse_statement(f"{view.local_name('flyte:init')}()")
        if view.parent(anchor) is view.tree and isinstance(anchor, cst.BaseCompoundStatement):
            position = view.tree.body.index(anchor)
            follows = position and isinstance(view.tree.body[position - 1], cst.BaseCompoundStatement)
            blanks = [cst.EmptyLine(indent=False)] * (2 if follows else 1)
            statement = statement.with_changes(leading_lines=blanks)
        yield Insert(anchor, lambda rebuild, statement=statement: [statement])  # type: ignore[misc]


def _outside_calls(view: FileView) -> Iterator[tuple[cst.Call, Task]]:
    """The calls of former tasks in code that no task executes, those in methods left out."""
    for node, task in _all_outside_calls(view):
        if not _is_in_method(view, node):
            yield node, task


@lru_cache(maxsize=1)
def _all_outside_calls(view: FileView) -> tuple[tuple[cst.Call, Task], ...]:
    """The calls of former tasks in code that no task executes, or perhaps none."""
    found: list[tuple[cst.Call, Task]] = []
    for node in view.by_type.get(cst.Call, ()):
        assert isinstance(node, cst.Call)
        task = view.task_of(node.func)
        if task is not None and task.role not in ("v2", "template") and is_outside(view, node):
            found.append((node, task))
    return tuple(found)


def _is_in_method(view: FileView, node: cst.Call) -> bool:
    """Whether a call stands in a method, of which it can't be told whether a task calls it."""
    function = enclosing_function(view, node)
    if not isinstance(function, cst.FunctionDef) or _is_test(view, function):
        return False
    return isinstance(view.parent(view.parent(function) or function), cst.ClassDef)


@on_file
def report_methods(view: FileView) -> Iterator[Item]:
    """Calls in methods, which may be executed in a run or outside."""
    for node, task in _all_outside_calls(view):
        if not _is_in_method(view, node):
            continue
        in_run = is_run(view, task) or _changes_arguments(view, node, task) or "cache" in _data(view, task)
        if in_run or _data(view, task):
            need = "a run" if in_run else "flyte.init() before it"
            yield Finding(node, "FM703", f"Where no task calls this method, {task.name} needs {need}.")
            return


@on_file
def report_plans(view: FileView) -> Iterator[Item]:
    """Direct calls of launch plans, which become calls of their workflow, where those would have to be runs."""
    plans = view.index.plans
    for node in view.by_type.get(cst.Call, ()) if plans else ():
        assert isinstance(node, cst.Call)
        name = view.qualified(node.func) if isinstance(node.func, (cst.Name, cst.Attribute)) else None
        plan = view.index.plan(name, view.facts.module) if name else None
        task = view.index.tasks.get(plan.workflow) if plan is not None else None
        if task is None or task.role == "v2" or not is_outside(view, node):
            continue
        if is_run(view, task) or _changes_arguments(view, node, task) or _reads_cache(view, node, task):
            run = f'flyte.with_runcontext(mode="local").run({task.name}, …)'
            yield Finding(
                node, "FM703", f"{code(node.func)} is called outside of a run, which it needs: {run}.outputs()."
            )
            return


def is_run(view: FileView, task: Task) -> bool:
    """Whether calls of a task from outside become runs of it, whatever they give it."""
    return (
        (task.qualified in view.colours.in_need and _needs_run(view, task))
        or "frame" in _data(view, task)
        or _is_time(view, task)
        or (task.is_driver and _mutations(view).shows(task.module, task.function))
    )


@lru_cache(maxsize=1)
def _mutations(view: FileView) -> Mutations:
    return Mutations(view.index)


def _changes_arguments(view: FileView, node: cst.Call, task: Task) -> bool:
    """Whether a call changes objects that are read elsewhere: a run works on copies of them (SEM-12)."""
    changed = _mutations(view).changed(task.module, task.function)
    names = [p.name for p in task.function.parameters]
    for position, arg in enumerate(node.args) if changed else ():
        name = arg.keyword.value if arg.keyword is not None else "".join(names[position : position + 1])
        if (name in changed or arg.star) and any(_is_read_again(view, n) for n in _names_in(arg.value)):
            return True
    return False


def _reads_cache(view: FileView, node: cst.Call, task: Task) -> bool:
    """Whether a script's call reaches a cached task, which only a run looks up (SEM-13); a test wants to execute it."""
    function = enclosing_function(view, node)
    is_test = isinstance(function, cst.FunctionDef) and _is_test(view, function)
    return not is_test and "cache" in _data(view, task)


def _names_in(node: cst.BaseExpression) -> list[cst.Name]:
    """The names whose objects an argument is, or holds: not those that a call of it only reads."""
    if isinstance(node, cst.Name):
        return [node]
    if isinstance(node, (cst.Attribute, cst.Subscript)):
        return _names_in(node.value)
    if isinstance(node, (cst.List, cst.Tuple, cst.Set)):
        return [name for element in node.elements for name in _names_in(element.value)]
    if isinstance(node, cst.Dict):
        return [name for element in node.elements for name in _names_in(element.value)]
    return []


def _is_read_again(view: FileView, name: cst.Name) -> bool:
    """Whether the object of a name may be read after the call that it is given to."""
    scope = view.scope_at[name]
    owner = scope.owner(name.value)
    if owner is None:
        return False
    function = enclosing_function(view, name)
    is_global = owner.node is not (view.tree if function is None else function)
    kinds = {binding.kind for binding in owner.bindings[name.value]}
    is_test = isinstance(function, cst.FunctionDef) and function.name.value.startswith("test")
    if is_global or "import" in kinds or ("parameter" in kinds and not is_test):
        return True  # whoever else has the object may read it
    statement = view.statement(name)
    if any(isinstance(a, _LOOPS) for a in view.ancestors(name)):
        return True
    if isinstance(statement, cst.SimpleStatementLine) and isinstance(statement.body[0], cst.Assign):
        targets = statement.body[0].targets
        if len(targets) == 1 and isinstance(targets[0].target, cst.Name) and targets[0].target.value == name.value:
            return False
    reads = view.uses_of(name.value, owner)
    return bool(reads[reads.index(name) + 1 :])


def _beginning(view: FileView, node: cst.Call) -> Statement:
    """The statement before which Flyte is initialized for a call: the script's first one, a test module's first
    function, the first statement of any other function.
    """
    function = enclosing_function(view, node)
    top = view.top_statement(node)
    if not isinstance(function, cst.FunctionDef):
        inner = top.body.body[0] if _is_main(top) and isinstance(top, cst.If) else top
        return inner if isinstance(inner, (cst.SimpleStatementLine, cst.BaseCompoundStatement)) else top
    if _is_test(view, function):
        return top
    script = next((s for s in view.tree.body if _is_main(s)), None)
    body_ = script.body if isinstance(script, cst.If) else function.body
    statements = [s for s in body_.body if isinstance(s, (cst.SimpleStatementLine, cst.BaseCompoundStatement))]
    first = statements[0]
    text = first.body[0] if isinstance(first, cst.SimpleStatementLine) else None
    is_docstring = isinstance(text, cst.Expr) and isinstance(text.value, (cst.SimpleString, cst.ConcatenatedString))
    return statements[1] if is_docstring and len(statements) > 1 else first


def _is_main(statement: cst.CSTNode) -> bool:
    """``if __name__ == "__main__":``"""
    return isinstance(statement, cst.If) and code(statement.test).replace("'", '"') == '__name__ == "__main__"'


def _is_test(view: FileView, function: cst.FunctionDef) -> bool:
    name = view.facts.path.rsplit("/", 1)[-1]
    return name.startswith(("test_", "conftest")) or name.endswith("_test.py") or function.name.value.startswith("test")


def _is_time(view: FileView, task: Task) -> bool:
    """Whether a task, or a task that it calls, is declared to take or give points in time: those without a zone become
    UTC on the way (SEM-12).
    """
    return "time" in _data(view, task)


@lru_cache(maxsize=1)
def _known(view: FileView) -> dict[str, frozenset[str]]:
    """What :func:`_data` has said about the tasks that a file calls."""
    return {}


def _data(view: FileView, task: Task) -> frozenset[str]:
    """``file``, ``frame`` and ``time``, as far as a task, or a task that it calls, is declared to take, give or make
    such.
    """
    known = _known(view)
    if task.qualified not in known:
        known[task.qualified] = _reached_data(view, task)
    return known[task.qualified]


def _reached_data(view: FileView, task: Task) -> frozenset[str]:
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [task]
    while waiting:
        item = waiting.pop()
        if item.qualified not in seen:
            seen.add(item.qualified)
            found.update(_own_data(view, item))
            reached = view.index.reached_tasks(item.module, item.function.refers)
            waiting += [view.index.tasks[name] for name in reached if name in view.index.tasks]
    return frozenset(found)


def _own_data(view: FileView, task: Task) -> Iterator[str]:
    cache = task.argument("cache")
    if cache is not None and cache.text != "False":
        yield "cache"
    kinds = kinds_of(view)
    annotations = [p.annotation for p in task.function.parameters] + [f.annotation for f in task.outputs.fields]
    for annotation in annotations:
        kind = kinds.of_type(Type(annotation, task.module)) if annotation else None
        yield from _names(kind) if kind is not None else ()
        if annotation and any(view.index.local(task.module, n) in _TIMES for n in _NAME.findall(annotation)):
            yield "time"
    if any(view.index.canonical(name, task.module) in _BLOB_TYPES for name in task.function.refers):
        yield "file"


def _names(kind: Kind) -> Iterator[str]:
    if kind.name in ("file", "dir"):
        yield "file"
    elif kind.name == "frame":
        yield "frame"
    for item in kind.items:
        if item is not None:
            yield from _names(item)


def is_outside(view: FileView, node: cst.CSTNode) -> bool:
    """Whether a node stands in code that no task executes."""
    function = enclosing_function(view, node)
    if isinstance(function, cst.Lambda):
        around = view.function_of(function)
        return _is_main(view.top_statement(node)) if around is None else is_outside(view, function)
    return function is None or f"{view.facts.module}.{view.function_key(function)}" not in view.colours.inside


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
    if task.outputs.count == 0 or isinstance(view.parent(_runner(view, node) or node), cst.Expr):
        return run
    outputs = call(cst.Attribute(run, cst.Name("outputs")), [])
    made = _named_tuple(view, task) if task.outputs.count > 1 else ""
    if made:
        return cst.Call(cst.parse_expression(made), [cst.Arg(outputs, star="*")])
    if task.outputs.count > 1:
        return outputs
    return cst.Subscript(outputs, [cst.SubscriptElement(cst.Index(cst.Integer("0")))])


def _named_tuple(view: FileView, task: Task) -> str:
    """The NamedTuple that a task returns, which a run gives as a plain tuple; empty if it returns none."""
    named = view.index.local(task.module, task.outputs.named) if task.outputs.named else ""
    found = view.index.definition(named, task.module) if named else None
    return view.environment(found.module.module, found.name) if found is not None and found.cls is not None else ""


def _needs_run(view: FileView, task: Task) -> bool:
    """Whether a task, or something that it calls, waits for a condition, asks for its run or reads a data frame."""
    seen: set[str] = set()
    waiting = [(task.module, task.function)]
    while waiting:
        module, function = waiting.pop()
        qualified = f"{module}.{function.key}"
        if qualified in seen or qualified not in view.colours.in_need:
            continue
        seen.add(qualified)
        if takes_frames(view.index, module, function) or catches_maps(view.index, module, function):
            return True
        for name in function.refers:
            canonical = view.index.canonical(name, module)
            foreign = module != view.facts.module
            if canonical in GATES | NEW_PLACES or (
                canonical == CONTEXT and (foreign or _asks_for_its_run(view, function.key))
            ):
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
