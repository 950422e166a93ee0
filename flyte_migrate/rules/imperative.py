"""``Workflow(name)`` with ``add_entity`` → a task that makes the calls (WF-20).

:mod:`flyte_migrate.project.imperative` decides which can be converted. Official:
https://www.union.ai/docs/v2/flyte/user-guide/flyte-2/pure-python/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import libcst as cst

from flyte_migrate.project.facts import ImperativeWorkflow
from flyte_migrate.project.imperative import ADDS_INPUT, ADDS_OUTPUT
from flyte_migrate.project.link import IMPERATIVE, Task
from flyte_migrate.rewrite.plan import Covered, Finding, Insert, Item, Rebuild, Replace
from flyte_migrate.rewrite.template import call, code, only_lines, string_value
from flyte_migrate.rewrite.view import FileView, Reference, TaskObject
from flyte_migrate.rules import on_file, on_symbol
from flyte_migrate.rules.configuration import layout_comments
from flyte_migrate.rules.objects import objects_of, unconverted

_BLANK = cst.EmptyLine(indent=False)


@dataclass(frozen=True, eq=False)
class Addition:
    """One statement that adds to the workflow."""

    statement: cst.SimpleStatementLine
    call: cst.Call
    method: str
    bound: str  # the variable that its result is bound to


@dataclass
class Parts:
    """What the names in the statements stand for."""

    workflow: ImperativeWorkflow
    inputs: dict[str, str] = field(default_factory=dict)  # variable → input
    tasks: dict[str, Task] = field(default_factory=dict)  # variable of a node → task
    read: set[str] = field(default_factory=set)  # nodes whose outputs are used


@on_file
def convert_imperative(view: FileView) -> Iterator[Item]:
    """Write a function in the place of the last statement; the statements before it go."""
    for made in objects_of(view, IMPERATIVE):
        workflow = next(w for w in view.facts.imperative if w.variable == made.task.name)
        yield from _converted(view, made, workflow)


def _converted(view: FileView, made: TaskObject, workflow: ImperativeWorkflow) -> Iterator[Item]:
    additions = list(_additions(view, made))
    parts = _parts(view, workflow, additions)
    last = additions[-1].statement

    def build(rebuild: Rebuild) -> list[cst.BaseStatement]:
        return [_function(view, made, additions, parts, rebuild)]

    yield Insert(last, build, carries=(made.statement,))
    for statement in (made.statement, *(a.statement for a in additions)):
        yield Replace(statement, lambda updated: None)
    for reference in view.references:
        if made.node in view.ancestors(reference.node):
            yield Covered(reference.node)
    body = list(view.tree.body)
    following = body[body.index(last) + 1] if last is not body[-1] else None
    replaced = any(o.statement is following for o in view.objects)
    if isinstance(following, (cst.SimpleStatementLine, cst.BaseCompoundStatement)) and not replaced:
        blanks = [line for line in following.leading_lines[:2] if line.comment is None]
        if len(blanks) < 2:
            yield Insert(following, lambda rebuild: [only_lines([_BLANK] * (2 - len(blanks)))])
    if made.task.outputs.count > 1:
        names = ", ".join(f.name for f in made.task.outputs.fields)
        yield Finding(made.node, "FM200", f"The outputs of a run of {made.task.name} ({names}) are o0, o1, … now.")


def _additions(view: FileView, made: TaskObject) -> Iterator[Addition]:
    body = list(view.tree.body)
    for statement in body[body.index(made.statement) + 1 :]:
        if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
            continue
        small = statement.body[0]
        value = small.value if isinstance(small, (cst.Assign, cst.Expr)) else None
        if not isinstance(value, cst.Call) or not isinstance(value.func, cst.Attribute):
            continue
        if isinstance(value.func.value, cst.Name) and value.func.value.value == made.task.name:
            target = small.targets[0].target if isinstance(small, cst.Assign) else None
            bound = target.value if isinstance(target, cst.Name) else ""
            yield Addition(statement, value, value.func.attr.value, bound)


def _parts(view: FileView, workflow: ImperativeWorkflow, additions: list[Addition]) -> Parts:
    parts = Parts(workflow)
    added = iter(workflow.tasks)
    for item in additions:
        if item.method == ADDS_INPUT:
            parts.inputs[item.bound] = string_value(_argument(item, "input_name", 0).value) or ""
        elif item.method != ADDS_OUTPUT:
            task = view.index.task(next(added).entity, view.facts.module)
            assert task is not None
            parts.tasks[item.bound] = task
    parts.inputs.pop("", None)
    return parts


def _argument(item: Addition, name: str, position: int) -> cst.Arg:
    named = next((a for a in item.call.args if a.keyword is not None and a.keyword.value == name), None)
    return named or item.call.args[position]


# -- writing -----------------------------------------------------------------------------------------------------------


def _function(
    view: FileView, made: TaskObject, additions: list[Addition], parts: Parts, rebuild: Rebuild
) -> cst.BaseStatement:
    parameters: list[str] = []
    leading: list[str] = [c.value for c in layout_comments([made.statement])]
    lines: list[tuple[Addition, cst.BaseExpression]] = []
    returned: list[cst.BaseExpression] = []
    types: list[str] = []
    before_return: list[str] = []
    for item in additions:
        if item.method == ADDS_INPUT:
            name = string_value(_argument(item, "input_name", 0).value)
            parameters.append(f"{name}: {code(rebuild(_argument(item, 'python_type', 1).value))}")
            leading += [c.value for c in layout_comments([item.statement])]
        elif item.method == ADDS_OUTPUT:
            returned.append(_substituted(rebuild(_argument(item, "p", 1).value), made, parts))
            types.append(_output_type(made, item, len(types), rebuild))
            before_return += [c.value for c in layout_comments([item.statement])]
        else:
            lines.append((item, _task_call(item, made, parts, rebuild)))
    variable = view.environment(*view.environments.of_task[made.task.qualified])
    returns = f"tuple[{', '.join(types)}]" if len(types) > 1 else types[0] if types else "None"
    text = f"@{variable}.task\ndef {made.task.name}({', '.join(parameters)}) -> {returns}:\n    pass\n"
    body: list[cst.BaseStatement] = []
    for item, value in lines:
        small: cst.BaseSmallStatement = cst.Expr(value)
        if item.bound in parts.read:
            small = cst.Assign([cst.AssignTarget(cst.Name(item.bound))], value)
        comments = [cst.EmptyLine(comment=c) for c in layout_comments([item.statement])]
        body.append(cst.SimpleStatementLine([small], leading_lines=comments))
    if returned:
        result = returned[0] if len(returned) == 1 else cst.Tuple([cst.Element(v) for v in returned], lpar=[], rpar=[])
        comments = [cst.EmptyLine(comment=cst.Comment(c)) for c in before_return]
        body.append(cst.SimpleStatementLine([cst.Return(result)], leading_lines=comments))
    definition = cst.parse_module(text).body[0]
    assert isinstance(definition, cst.FunctionDef)
    above = [_BLANK, _BLANK, *(cst.EmptyLine(comment=cst.Comment(c)) for c in leading)]
    return definition.with_changes(body=cst.IndentedBlock(body), leading_lines=above)


def _output_type(made: TaskObject, item: Addition, position: int, rebuild: Rebuild) -> str:
    declared = next((a for a in item.call.args if a.keyword is not None and a.keyword.value == "python_type"), None)
    if declared is None and len([a for a in item.call.args if a.keyword is None]) > 2:
        declared = item.call.args[2]
    return code(rebuild(declared.value)) if declared is not None else made.task.outputs.fields[position].annotation


def _task_call(item: Addition, made: TaskObject, parts: Parts, rebuild: Rebuild) -> cst.BaseExpression:
    entity = next(a for a in item.call.args if a.keyword is None or a.keyword.value in ("entity", "task", "sub_wf"))
    args = [
        rebuild(a).with_changes(value=_substituted(rebuild(a).value, made, parts))
        for a in item.call.args
        if a is not entity
    ]
    return call(rebuild(entity.value), args, room=80)


def _substituted(value: cst.BaseExpression, made: TaskObject, parts: Parts) -> cst.BaseExpression:
    changed = value.visit(_Values(made.task.name, parts))
    assert isinstance(changed, cst.BaseExpression)
    return changed


class _Values(cst.CSTTransformer):
    """``wf.inputs["x"]`` → ``x``, ``node.outputs["o0"]`` and ``node.o0`` → ``node`` or ``node[0]``."""

    def __init__(self, variable: str, parts: Parts) -> None:
        super().__init__()
        self.variable, self.parts = variable, parts

    def visit_Subscript(self, node: cst.Subscript) -> bool:  # noqa: N802
        return not self._is_part(node.value)

    def visit_Attribute(self, node: cst.Attribute) -> bool:  # noqa: N802
        return False

    def leave_Subscript(self, original_node: cst.Subscript, updated_node: cst.Subscript) -> cst.BaseExpression:  # noqa: N802
        owner = original_node.value
        if not self._is_part(owner):
            return updated_node
        assert isinstance(owner, cst.Attribute) and isinstance(owner.value, cst.Name)
        index = original_node.slice[0].slice
        key = string_value(index.value) if isinstance(index, cst.Index) else None
        return cst.Name(key or "") if owner.attr.value == "inputs" else self._output(owner.value.value, key or "")

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:  # noqa: N802
        if isinstance(original_node.value, cst.Name) and original_node.value.value in self.parts.tasks:
            return self._output(original_node.value.value, original_node.attr.value)
        return updated_node

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:  # noqa: N802
        return cst.Name(self.parts.inputs.get(original_node.value, original_node.value))

    def _is_part(self, node: cst.BaseExpression) -> bool:
        if not isinstance(node, cst.Attribute) or not isinstance(node.value, cst.Name):
            return False
        known: Mapping[str, object] = self.parts.tasks if node.attr.value == "outputs" else {self.variable: None}
        return node.attr.value in ("inputs", "outputs") and node.value.value in known

    def _output(self, node: str, name: str) -> cst.BaseExpression:
        self.parts.read.add(node)
        outputs = self.parts.tasks[node].outputs
        if outputs.count == 1:
            return cst.Name(node)
        return cst.parse_expression(f"{node}[{outputs.position(name)}]")


# -- findings ----------------------------------------------------------------------------------------------------------


@on_symbol(IMPERATIVE)
def report_imperative(view: FileView, reference: Reference) -> Iterator[Item]:
    """A workflow that is built where not every statement can be read."""
    message = "This workflow is built at run time or in parts that can't be read; write its calls in a task."
    yield from unconverted(view, reference, "FM203", message)
