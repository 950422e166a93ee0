"""Launch plans with lists or dicts among their inputs → tasks that call the workflow with them (LP-22).

A trigger passes a list pickled, so that its runs fail, and refuses a dictionary; the default of a task's parameter
goes over the wire with its declared type. Such a plan becomes a task of its own name, with the inputs as defaults.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from flyte_migrate.rewrite.flow import Type
from flyte_migrate.rewrite.plan import Finding, Insert, Item, Rebuild, Replace
from flyte_migrate.rewrite.template import argument, call, code, exploded
from flyte_migrate.rewrite.view import FileView, TaskDefinition
from flyte_migrate.rules.configuration import follow, lost_comments, relaid
from flyte_migrate.rules.plans import PlanCall

_DISPLAYS = (cst.List, cst.Dict, cst.Tuple, cst.Set, cst.ListComp, cst.DictComp, cst.SetComp)
_LINE = 88
_BLANK = cst.EmptyLine(indent=False)


def container_inputs(view: FileView, plan: PlanCall) -> list[str]:
    """The inputs of a plan that a trigger can't pass: of a declared list or dict type, or displays of unknown type.

    Where the plan's inputs are not known these are all that it may set.
    """
    declared = {p.name: Type(p.annotation or "", plan.task.module) for p in plan.task.function.parameters}
    if plan.inputs is None:
        return [name for name, annotation in declared.items() if annotation.element(view) is not None]
    found = []
    for name, value in plan.inputs.items():
        if name not in declared:
            continue
        annotation = declared[name].bare(view)
        display = isinstance(follow(view, value), _DISPLAYS)
        untyped = annotation.name(view) in ("list", "dict") and not annotation.arguments()
        if annotation.element(view) is not None or (display and not untyped):
            found.append(name)
    return found


def task_to_call(view: FileView, plan: PlanCall) -> TaskDefinition | None:
    """The workflow that a task in the place of the plan would call; None if a trigger will do, or no task can."""
    if plan.inputs is None or plan.statement not in view.tree.body or not container_inputs(view, plan):
        return None
    definition = next((d for d in view.tasks if d.task is plan.task), None)
    if definition is None or definition.node not in view.tree.body or plan.task.role == "v2":
        return None
    if plan.task.qualified in view.colours.asynchronous or not set(plan.inputs) <= {
        p.name.value for p in _params(definition)
    }:
        return None
    return definition if len(_params(definition)) == len(definition.task.function.parameters) else None


def _params(definition: TaskDefinition) -> list[cst.Param]:
    return [*definition.node.params.params, *definition.node.params.kwonly_params]


def write_task(view: FileView, plan: PlanCall, definition: TaskDefinition, variable: str) -> Iterator[Item]:
    """Put the task in the place of the plan's statement; the plan's call becomes the trigger in its decorator."""
    statement = plan.statement
    assert statement is not None
    names = ", ".join(container_inputs(view, plan))
    yield Finding(
        plan.node,
        "FM518",
        f"A trigger can't pass {names}, so {variable} became a task with the plan's inputs as defaults.",
    )

    def build(rebuild: Rebuild) -> list[cst.BaseStatement]:
        return [_task(view, plan, definition, variable, rebuild)]

    yield Insert(statement, build, carries=(statement,))
    yield Replace(statement, lambda updated: None)


def _task(
    view: FileView, plan: PlanCall, definition: TaskDefinition, variable: str, rebuild: Rebuild
) -> cst.FunctionDef:
    assert plan.inputs is not None and plan.statement is not None
    environment = view.environment(*view.environments.of_task[plan.task.qualified])
    given: list[cst.Param] = []
    left: list[cst.Param] = []
    for parameter in _params(definition):
        node = rebuild(parameter).with_changes(
            comma=cst.MaybeSentinel.DEFAULT, whitespace_after_param=cst.SimpleWhitespace(""), star=""
        )
        value = plan.inputs.get(parameter.name.value)
        if value is not None:
            default = rebuild(value) if value in view.parents else value
            equal = cst.AssignEqual(cst.SimpleWhitespace(" "), cst.SimpleWhitespace(" "))
            node = node.with_changes(default=default, equal=equal)
        (given if node.default is not None else left).append(node)
    result = call(plan.task.name, [argument(p.name.value, p.name.value) for p in (*left, *given)], room=_LINE - 11)
    returns = rebuild(definition.node.returns) if definition.node.returns is not None else None
    nothing = returns is None or code(returns.annotation) == "None"
    function = cst.FunctionDef(
        name=cst.Name(variable),
        params=cst.Parameters(),
        decorators=[_decorator(environment, rebuild(plan.node))],
        returns=returns,
        body=cst.IndentedBlock([cst.SimpleStatementLine([cst.Expr(result) if nothing else cst.Return(result)])]),
    )
    function = _laid_out(function, [*left, *given])
    comments = [line for line in plan.statement.leading_lines if line.comment is not None]
    comments += [cst.EmptyLine(comment=cst.Comment(t)) for t in lost_comments([plan.node], [function])]
    behind = plan.statement.trailing_whitespace.comment
    comments += [cst.EmptyLine(comment=behind)] if behind is not None else []
    return function.with_changes(leading_lines=[_BLANK, _BLANK, *comments])


def _laid_out(function: cst.FunctionDef, params: Sequence[cst.Param]) -> cst.FunctionDef:
    """The function with its parameters on one line if they fit, else one on each."""
    flat = function.with_changes(params=cst.Parameters(params))
    line = code(flat.with_changes(decorators=[], body=cst.SimpleStatementSuite([cst.Pass()])))
    if len(line.strip()) - len(" pass") <= _LINE and "\n" not in line.strip():
        return flat
    inner = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace("    "))
    outer = cst.ParenthesizedWhitespace(indent=True)
    lines = [p.with_changes(comma=cst.Comma(whitespace_after=inner)) for p in params[:-1]]
    last = params[-1].with_changes(comma=cst.Comma(whitespace_after=outer))
    return function.with_changes(params=cst.Parameters([*lines, last]), whitespace_before_params=inner)


def _decorator(environment: str, trigger: cst.Call) -> cst.Decorator:
    flat = call(
        f"{environment}.task", [argument(call(trigger.func, trigger.args, room=10_000), "triggers")], room=10_000
    )
    if "\n" not in code(flat) and len(code(flat)) < _LINE:
        return cst.Decorator(flat)
    return cst.Decorator(
        exploded(cst.parse_expression(f"{environment}.task"), [argument(relaid(trigger, "    "), "triggers")])
    )
