"""References to deployed entities → ``flyte.remote.Task.get`` (REF-01…05).

A referenced task can only be awaited, so the reference becomes a function that awaits it, and the SDK's ``syncify``
lets synchronous callers wait (REF-02). Its name in Flyte 2 is for a person to confirm (REF-04).
Official: https://www.union.ai/docs/v2/flyte/api-reference/flyte-sdk/packages/flyte.remote/task/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import libcst as cst

from flyte_migrate.rewrite.awaiting import awaited, runs_async
from flyte_migrate.rewrite.plan import Covered, Finding, Insert, Item, Replace
from flyte_migrate.rewrite.template import argument, call, code, only_lines, string_value
from flyte_migrate.rewrite.view import FileView, Reference, Statement
from flyte_migrate.rules import on_symbol
from flyte_migrate.rules.configuration import arguments, constant, lost_comments

_DECORATORS = ("flytekit.reference_task", "flytekit.reference_workflow", "flytekit.reference_launch_plan")
_OBJECTS = (
    "flytekit.core.task.ReferenceTask",
    "flytekit.core.workflow.ReferenceWorkflow",
    "flytekit.core.launch_plan.ReferenceLaunchPlan",
)
_ORDER = ("project", "domain", "name", "version")
#: What ``flytectl register`` and ``pyflyte register`` put in: flytekit.configuration.VERSION_PLACEHOLDER and its like.
_PLACEHOLDERS = {name: f"{{{{ registration.{name} }}}}" for name in ("project", "domain", "version")}
_ENTITY_ORDER = ("resource_type", *_ORDER, "inputs", "outputs")


@on_symbol(*_DECORATORS)
def convert_reference(view: FileView, reference: Reference) -> Iterator[Item]:
    """``@reference_task(...) def f(x: int) -> int`` → a function that awaits the deployed task."""
    node = view.parent(reference.chain)
    decorator = view.parent(node) if node is not None else None
    function = view.parent(decorator) if isinstance(decorator, cst.Decorator) else None
    given = arguments(node, _ORDER) if isinstance(node, cst.Call) else None
    if not isinstance(function, cst.FunctionDef) or given is None or "name" not in given or not _plain(function):
        if not isinstance(view.parent(reference.chain), cst.Annotation):
            yield Finding(
                reference.chain, "FM522", "Get the deployed task by its name: flyte.remote.Task.get(name, version=...)."
            )
        return
    known = name_in_project(view, given["name"].value)
    kind = reference.name.rpartition("_")[2]
    yield Finding(function, "FM520", _message(function.name.value, kind, known, given["name"].value))
    yield Replace(function, lambda updated: _function(view, updated, given, known))
    yield from _awaited_calls(view, function.name)


def _plain(function: cst.FunctionDef) -> bool:
    """Whether the parameters can be passed on by name."""
    params = function.params
    return isinstance(params.star_arg, cst.MaybeSentinel) and params.star_kwarg is None and not params.posonly_params


def _message(function: str, kind: str, known: str | None, name: cst.BaseExpression) -> str:
    told = (
        f"{known} is its name here"
        if known
        else f"{code(name)} is its Flyte 1 name, in Flyte 2 it is <environment>.<function>"
    )
    tail = " The inputs that the launch plan fixed have to be passed." if kind == "plan" else ""
    return f"{function} must itself be deployed with Flyte 2: {told}. It can't run locally.{tail}"


def name_in_project(view: FileView, node: cst.BaseExpression) -> str | None:
    """The Flyte 2 name of a referenced task that this project itself defines."""
    name = constant(view, node)
    task = view.index.task(name, view.facts.module) if isinstance(name, str) else None
    if task is None or task.qualified not in view.environments.of_task:
        return None
    module, variable = view.environments.of_task[task.qualified]
    environment = next((e for e in view.environments.by_module.get(module, ()) if e.variable == variable), None)
    return f"{environment.name}.{task.name}" if environment is not None else None


def _function(
    view: FileView, updated: cst.FunctionDef, given: dict[str, cst.Arg], known: str | None
) -> cst.FunctionDef:
    task = _deployed(view, given, known)
    names = [p.name.value for p in (*updated.params.params, *updated.params.kwonly_params)]
    result = call("deployed", [argument(name, name) for name in names], room=70)
    nothing = updated.returns is None or code(updated.returns.annotation) == "None"
    last: cst.BaseSmallStatement = cst.Expr(cst.Await(result)) if nothing else cst.Return(cst.Await(result))
    body = [
        cst.SimpleStatementLine([cst.Assign([cst.AssignTarget(cst.Name("deployed"))], task)]),
        cst.SimpleStatementLine([last]),
    ]
    docstring = _docstring(updated)
    said = [docstring] if docstring is not None else []
    gone = [*(d for d in updated.decorators if _is_reference(d)), updated.body]
    comments = [cst.EmptyLine(comment=cst.Comment(text)) for text in lost_comments(gone, said)]
    body[0] = body[0].with_changes(leading_lines=comments)
    decorator = cst.Decorator(cst.parse_expression(view.local_name("flyte.syncify:syncify")))
    kept = [d for d in updated.decorators if not _is_reference(d)]
    block = cst.IndentedBlock([docstring, *body] if docstring is not None else body)
    return updated.with_changes(decorators=[*kept, decorator], asynchronous=cst.Asynchronous(), body=block)


def _deployed(view: FileView, given: Mapping[str, cst.Arg], known: str | None) -> cst.Call:
    """``flyte.remote.Task.get(...)``; what registration filled in is the version (and place) of the caller."""
    args = [argument(cst.SimpleString(f'"{known}"') if known else given["name"].value)]
    filled_in = {name for name in given if (string_value(given[name].value) or "").strip() == _PLACEHOLDERS.get(name)}
    args += [argument(given[name].value, name) for name in ("project", "domain") if name in {*given} - filled_in]
    if "version" in filled_in:
        version = argument('"current"', "auto_version")
    elif "version" in given:
        version = argument(given["version"].value, "version")
    else:
        version = argument('"latest"', "auto_version")
    return call(f"{view.local_name('flyte.remote:')}.Task.get", [*args, version], room=76)


def _docstring(function: cst.FunctionDef) -> cst.SimpleStatementLine | None:
    first = function.body.body[0] if isinstance(function.body, cst.IndentedBlock) and function.body.body else None
    if isinstance(first, cst.SimpleStatementLine) and isinstance(first.body[0], cst.Expr):
        value = first.body[0].value
        if isinstance(value, (cst.SimpleString, cst.ConcatenatedString)):
            return first
    return None


def _is_reference(decorator: cst.Decorator) -> bool:
    node = decorator.decorator
    return isinstance(node, cst.Call) and code(node.func).rpartition(".")[2] in (
        "reference_task",
        "reference_workflow",
        "reference_launch_plan",
    )


def _awaited_calls(view: FileView, name: cst.Name) -> Iterator[Item]:
    """Calls in coroutines of this file await the reference: a blocking call there would hang."""
    scope = view.scope_at.get(name) or view.module_scope
    for use in view.uses_of(name.value, scope):
        node = view.parent(use)
        if not isinstance(node, cst.Call) or node.func is not use or not runs_async(view, use):
            continue
        yield Replace(use, lambda updated: cst.Attribute(updated, cst.Name("aio")))
        if not isinstance(view.parent(node), cst.Await):
            yield Replace(node, lambda updated, node=node: awaited(view, node, updated))  # type: ignore[misc]


@on_symbol("flytekit.get_reference_entity", *_OBJECTS)
def convert_object(view: FileView, reference: Reference) -> Iterator[Item]:
    """``f = ReferenceTask(…, inputs={…}, outputs={…})`` → a function as for a decorated one (REF-05)."""
    node = view.parent(reference.chain)
    order = _ENTITY_ORDER if reference.name not in _OBJECTS else _ENTITY_ORDER[1:]
    given = arguments(node, order) if isinstance(node, cst.Call) and node.func is reference.chain else None
    if not isinstance(node, cst.Call) or given is None or "name" not in given:
        yield Finding(
            reference.chain, "FM522", "Get the deployed task by its name: flyte.remote.Task.get(name, version=...)."
        )
        return
    known = name_in_project(view, given["name"].value)
    target = _target(view, node)
    inputs = _types(given["inputs"].value) if "inputs" in given else {}
    outputs = _types(given["outputs"].value) if "outputs" in given else {}
    if target is None or inputs is None or outputs is None or len(outputs) > 1:
        yield Finding(
            reference.chain,
            "FM522",
            f"Every deployed entity is a task: await {code(_deployed(view, given, known))} with keyword arguments.",
        )
        return
    kind = "plan" if code(given.get("resource_type", node)).endswith("LAUNCH_PLAN") else ""
    kind = "plan" if reference.name.endswith("LaunchPlan") else kind
    line = view.statement(node)
    yield Finding(node, "FM520", _message(target.value, kind, known, given["name"].value))
    positions: dict[str, int] = {
        name: list(node.args).index(given[name]) for name in ("inputs", "outputs") if name in given
    }
    yield Replace(line, lambda updated: _object(view, updated, target.value, given, known, positions))
    for inner in view.references:
        if node in view.ancestors(inner.node):
            yield Covered(inner.node)
    yield from _set_off(view, line)
    yield from _awaited_calls(view, target)


def _set_off(view: FileView, line: Statement) -> Iterator[Item]:
    """Two blank lines between the function and what follows, unless that brings its own."""
    body = list(view.tree.body)
    following = body[body.index(line) + 1] if line is not body[-1] else None
    if not isinstance(following, (cst.SimpleStatementLine, cst.BaseCompoundStatement)):
        return
    becomes_function = any(
        r.name in (*_OBJECTS, "flytekit.get_reference_entity") and following in view.ancestors(r.node)
        for r in view.references
    )
    blanks = [b for b in following.leading_lines[:2] if b.comment is None]
    if len(blanks) < 2 and not becomes_function:
        lines = [cst.EmptyLine(indent=False)] * (2 - len(blanks))
        yield Insert(following, lambda rebuild: [only_lines(lines)])


def _target(view: FileView, node: cst.Call) -> cst.Name | None:
    """The variable of the module that a call alone is assigned to."""
    small = view.parent(node)
    line = view.parent(small) if small is not None else None
    if not isinstance(small, cst.Assign) or not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1:
        return None
    target = small.targets[0].target
    alone = len(small.targets) == 1 and line in view.tree.body
    return target if alone and isinstance(target, cst.Name) and len(view.bindings(target)) == 1 else None


def _types(node: cst.BaseExpression) -> dict[str, cst.BaseExpression] | None:
    """The types of ``{"x": int}`` or ``kwtypes(x=int)`` by name."""
    if isinstance(node, cst.Dict):
        keys = [string_value(e.key) if isinstance(e, cst.DictElement) else None for e in node.elements]
        names = [key for key in keys if key is not None and key.isidentifier()]
        return dict(zip(names, (e.value for e in node.elements), strict=True)) if len(names) == len(keys) else None
    if isinstance(node, cst.Call) and all(a.keyword is not None for a in node.args):
        return {a.keyword.value: a.value for a in node.args if a.keyword is not None}
    return None


def _object(
    view: FileView,
    updated: cst.SimpleStatementLine,
    name: str,
    given: Mapping[str, cst.Arg],
    known: str | None,
    positions: Mapping[str, int],
) -> cst.BaseStatement:
    small = updated.body[0]
    assert isinstance(small, cst.Assign) and isinstance(small.value, cst.Call)
    types = {kind: _types(small.value.args[place].value) or {} for kind, place in positions.items()}
    inputs, outputs = types.get("inputs", {}), list(types.get("outputs", {}).values())
    parameters = ", ".join(f"{key}: {code(value)}" for key, value in inputs.items())
    decorator = view.local_name("flyte.syncify:syncify")
    returns = code(outputs[0]) if outputs else "None"
    function = cst.parse_module(f"@{decorator}\nasync def {name}({parameters}) -> {returns}:\n    pass\n").body[0]
    assert isinstance(function, cst.FunctionDef)
    passed = [argument(key, key) for key in inputs]
    result = cst.Await(call("deployed", passed, room=70))
    body = [
        cst.SimpleStatementLine([cst.Assign([cst.AssignTarget(cst.Name("deployed"))], _deployed(view, given, known))]),
        cst.SimpleStatementLine([cst.Return(result) if outputs else cst.Expr(result)]),
    ]
    lines = [line for line in updated.leading_lines if line.comment is not None]
    lines += [cst.EmptyLine(comment=cst.Comment(text)) for text in lost_comments([updated.body[0]], [])]
    blanks = [cst.EmptyLine(indent=False)] * 2
    return function.with_changes(body=cst.IndentedBlock(body), leading_lines=[*blanks, *lines])
