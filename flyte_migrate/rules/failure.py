"""``@workflow(on_failure=…)`` → ``try``/``except``/``raise`` around the body; ``FlyteError`` → its text (WF-50…52).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-programming/error-handling/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from flyte_migrate.project.facts import Parameter
from flyte_migrate.project.link import Task
from flyte_migrate.rewrite.awaiting import is_async, with_aio
from flyte_migrate.rewrite.flow import Type
from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import argument, call, code, statement
from flyte_migrate.rewrite.view import FileView, Reference, TaskDefinition
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules import on_symbol, on_task
from flyte_migrate.rules.decorators import decorator_arguments

FLYTE_ERROR = "flytekit.types.error.FlyteError"


@on_task
def call_handler(view: FileView, definition: TaskDefinition) -> Iterator[Item]:
    """Call the handler when the body fails, with the workflow's inputs, and let the failure go on."""
    handler = decorator_arguments(view, definition).get("on_failure")
    if handler is None:
        return
    name = code(handler.value)
    task = view.task_of(handler.value)
    if task is None:
        yield Finding(
            handler,
            "FM253",
            f"{name} can't be traced to a task; call it in an except clause around the body of "
            f"{definition.task.name}, and raise again.",
        )
        return
    own = [p.name for p in definition.task.function.parameters]
    needed = [p for p in task.function.parameters if p.default is None and not _is_optional(view, task, p)]
    missing = [p.name for p in needed if p.name not in own]
    if missing:
        message = (
            f"{name} needs {missing[0]}, which is no input of {definition.task.name}; call it in an except clause."
        )
        yield Finding(handler, "FM253", message)
        return
    if is_async_callee(view, task) and not is_async(view, definition.node):
        yield Finding(
            handler,
            "FM261",
            f"{name} is async and {definition.task.name} is not; make {definition.task.name} async and await it.",
        )
        return
    error = free_in(view, definition.node, "error")
    rebound = [p for p in own if len(view.scope_of[definition.node].bindings.get(p, ())) > 1]
    handling = _handling(view, definition, handler.value, task, error if _takes_error(view, task) else "", rebound)
    yield Replace(
        definition.node.body,
        lambda updated: _guarded(updated, handling, error if _takes_error(view, task) else "", rebound),
    )


def is_async_callee(view: FileView, task: Task) -> bool:
    return task.qualified in view.colours.asynchronous


def free_in(view: FileView, function: cst.FunctionDef, wish: str) -> str:
    """A name for a variable of a function that the function does not use yet."""
    taken = {n.value for n in walk(function) if isinstance(n, cst.Name)}
    return wish if wish not in taken else f"{wish}_"


def _takes_error(view: FileView, task: Task) -> str:
    """The handler's parameter for the failure, empty if it has none."""
    return next((p.name for p in task.function.parameters if _is_error(view, task, p)), "")


def _is_optional(view: FileView, task: Task, parameter: Parameter) -> bool:
    """Whether an input is None when nobody gives it."""
    declared = Type(parameter.annotation or "", task.module)
    return declared.bare(view) != declared or _is_error(view, task, parameter)


def _is_error(view: FileView, task: Task, parameter: Parameter) -> bool:
    return (
        bool(parameter.annotation)
        and Type(parameter.annotation or "", task.module).bare(view).name(view) == FLYTE_ERROR
    )


def _handling(
    view: FileView,
    definition: TaskDefinition,
    handler: cst.BaseExpression,
    task: Task,
    error: str,
    rebound: Sequence[str],
) -> cst.BaseExpression:
    """The call of the handler."""
    own = {p.name for p in definition.task.function.parameters}
    args: list[cst.Arg] = []
    for parameter in task.function.parameters:
        if _is_error(view, task, parameter):
            args.append(argument(f"str({error})", parameter.name))
        elif parameter.name in own:
            args.append(
                argument(_original(parameter.name) if parameter.name in rebound else parameter.name, parameter.name)
            )
        elif parameter.default is None:
            args.append(argument("None", parameter.name))  # an Optional input that nobody gives is None in Flyte 1
    function = handler.deep_clone()
    if not is_async(view, definition.node):
        return call(function, args, room=70, indent="        ")
    return cst.Await(
        call(function if is_async_callee(view, task) else with_aio(function), args, room=64, indent="        ")
    )


def _original(name: str) -> str:
    return f"given_{name}"


def _guarded(
    body: cst.BaseSuite, handling: cst.BaseExpression, error: str, rebound: Sequence[str]
) -> cst.IndentedBlock:
    """The body in a try statement; a docstring stays in front of it."""
    if isinstance(body, cst.SimpleStatementSuite):
        body = cst.IndentedBlock([cst.SimpleStatementLine(body.body)])
    assert isinstance(body, cst.IndentedBlock)
    statements = list(body.body)
    before: list[cst.BaseStatement] = []
    if statements and _is_docstring(statements[0]):
        before.append(statements.pop(0))
    before += [statement(f"{_original(name)} = {name}") for name in rebound]
    handler = cst.ExceptHandler(
        type=cst.Name("Exception"),
        name=cst.AsName(cst.Name(error)) if error else None,
        body=cst.IndentedBlock([cst.SimpleStatementLine([cst.Expr(handling)]), cst.SimpleStatementLine([cst.Raise()])]),
    )
    guarded = cst.Try(
        body=cst.IndentedBlock(statements or [cst.SimpleStatementLine([cst.Pass()])], footer=body.footer),
        handlers=[handler],
    )
    return body.with_changes(body=[*before, guarded], footer=[])


def _is_docstring(node: cst.BaseStatement) -> bool:
    if not isinstance(node, cst.SimpleStatementLine) or not isinstance(node.body[0], cst.Expr):
        return False
    return isinstance(node.body[0].value, (cst.SimpleString, cst.ConcatenatedString))


# -- the error that a handler gets ------------------------------------------------------------------------------------


@on_symbol(FLYTE_ERROR)
def convert_error(view: FileView, reference: Reference) -> Iterator[Item]:
    """A parameter of type ``FlyteError`` becomes the failure's text: ``err.message`` → ``err``."""
    node = reference.chain
    parent = view.parent(node)
    if isinstance(parent, cst.Call) and parent.func is node:
        yield from _constructed(view, parent)
        return
    parameter = next((a for a in view.ancestors(node) if isinstance(a, cst.Param)), None)
    function = view.function_of(parameter) if parameter is not None else None
    if parameter is None or function is None:
        yield Finding(
            node, "FM254", "FlyteError is gone: a failure is an exception with a code (the class name) and a text."
        )
        return
    yield Replace(node, lambda updated: cst.Name("str"))
    noted = False
    for use in view.uses_of(parameter.name.value, view.scope_of[function]):
        owner = view.parent(use)
        attribute = owner.attr.value if isinstance(owner, cst.Attribute) and owner.value is use else ""
        if attribute == "message":
            assert isinstance(owner, cst.Attribute)
            yield Replace(owner, lambda updated: updated.value)
        elif attribute:
            yield Finding(
                use,
                "FM254",
                f"{use.value} is the text of the failure now, so {use.value}.{attribute} does not exist; a "
                "failure knows no node.",
            )
        if not noted and not attribute.startswith("failed"):
            noted = True
            yield Finding(
                parameter,
                "FM259",
                f"{use.value} is the bare message now, without Error encountered while executing '<name>' before it.",
            )


def _constructed(view: FileView, node: cst.Call) -> Iterator[Item]:
    """``FlyteError(message=…, failed_node_id=…)`` → its message."""
    for position, arg in enumerate(node.args):
        if not arg.star and (arg.keyword.value == "message" if arg.keyword is not None else position == 0):
            yield Replace(node, lambda updated, position=position: updated.args[position].value)  # type: ignore[misc]
            return
    yield Finding(node, "FM254", "FlyteError is gone: pass the text of the failure.")
