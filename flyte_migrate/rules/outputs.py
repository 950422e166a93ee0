"""Outputs by name → by position: a NamedTuple result is a plain tuple, a one-field one the bare value (WF-04…08).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-programming/
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import libcst as cst

from flyte_migrate.project.facts import Class, ModuleFacts
from flyte_migrate.project.link import Task
from flyte_migrate.rewrite.flow import Value, called_task, values_of
from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import code, string_value
from flyte_migrate.rewrite.view import FileView, TaskDefinition
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules import on_file, on_node, on_task
from flyte_migrate.rules.configuration import foreign, layout_comments
from flyte_migrate.rules.scripts import is_outside

_NUMBERED = re.compile(r"o\d+")
#: Attributes that a NamedTuple has and a plain tuple does not.
_TUPLE_METHODS = frozenset({"_asdict", "_fields", "_replace", "_field_defaults"})
_ANYTHING = frozenset({"typing.Any", "object"})
#: v1 types whose annotation is written anew where an output is declared by its type.
_TYPES = {
    "flytekit.FlyteFile": "flyte.io:File",
    "flytekit.FlyteDirectory": "flyte.io:Dir",
    "flytekit.StructuredDataset": "flyte.io:DataFrame",
}


# -- access by name ----------------------------------------------------------------------------------------------------


@on_file
def convert_access(view: FileView) -> Iterator[Item]:
    """``result.field`` and ``node.outputs["o0"]`` become ``result[0]``, or ``result`` where there is one output."""
    names = view.index.output_names
    for node in view.by_type.get(cst.Attribute, ()):
        assert isinstance(node, cst.Attribute)
        name = node.attr.value
        if name in names or _NUMBERED.fullmatch(name):
            yield from _attribute(view, node)
        elif name == "outputs":
            yield from _outputs(view, node)
        elif name in _TUPLE_METHODS:
            yield from _method(view, node)


def _whole_results(values: tuple[Value, ...]) -> list[Task]:
    """The tasks whose whole results these values are; empty if one is anything else."""
    tasks = [v.task for v in values if v.task is not None and v.outputs is not None and v.task.role != "v2"]
    return tasks if len(tasks) == len(values) else []


def _attribute(view: FileView, node: cst.Attribute) -> Iterator[Item]:
    name = node.attr.value
    values = values_of(view, node.value)
    tasks = _whole_results(values)
    if not tasks:
        if not values and _looks_like_output(view, node):
            message = f"{code(node)} can't be traced to a task; if it is an output, write its position: [0], [1], …"
            yield Finding(node, "FM201", message)
        return
    if not all(v.node or t.outputs.named or t.outputs.is_tuple for v, t in zip(values, tasks, strict=True)):
        return
    places = {(t.outputs.position(name), t.outputs.count == 1) for t in tasks}
    if len(places) > 1 and any(position is not None for position, _ in places):
        message = f"{code(node.value)} may come from several tasks, and {name} is not at the same place in all of them."
        yield Finding(node, "FM201", message)
        return
    position, alone = places.pop()
    if position is None:
        return
    if alone:
        yield Replace(node, lambda updated: updated.value)
    else:
        yield Replace(node, lambda updated: _item(updated.value, position))


def _item(value: cst.BaseExpression, position: int) -> cst.BaseExpression:
    return cst.Subscript(value, [cst.SubscriptElement(cst.Index(cst.Integer(str(position))))])


def _looks_like_output(view: FileView, node: cst.Attribute) -> bool:
    """Whether an attribute of an unknown value is called like an output, in a function that calls tasks."""
    definition = view.task_around(node)
    owner = node.value.value if isinstance(node.value, cst.Subscript) else node.value
    if definition is None or not definition.task.is_driver or not isinstance(owner, cst.Name):
        return False
    bindings = view.bindings(owner)
    if _NUMBERED.fullmatch(node.attr.value) and not any(_calls_helper(view, b.value) for b in bindings):
        return False
    return (
        bool(bindings)
        and all(b.kind in ("assign", "unpack", "other") for b in bindings)
        and any(view.function_of(b.node) is not None for b in bindings)
    )


def _calls_helper(view: FileView, value: cst.BaseExpression | None) -> bool:
    """Whether a value is what an ordinary function of the project gives that calls tasks."""
    name = view.qualified(value.func) if isinstance(value, cst.Call) else None
    definition = view.index.definition(name, view.facts.module) if name else None
    if definition is None or definition.function is None:
        return False
    return bool(view.index.reached_tasks(definition.module.module, definition.function.refers))


def _outputs(view: FileView, node: cst.Attribute) -> Iterator[Item]:
    """``create_node(...).outputs["o0"]`` (WF-14)."""
    values = values_of(view, node.value)
    if not values or not all(v.node for v in values):
        return
    item = view.parent(node)
    key = None
    if isinstance(item, cst.Subscript) and len(item.slice) == 1 and isinstance(item.slice[0].slice, cst.Index):
        key = string_value(item.slice[0].slice.value)
    tasks = _whole_results(values)
    places = {(t.outputs.position(key), t.outputs.count == 1) for t in tasks} if key is not None else set()
    if len(places) != 1 or (None, True) in places or (None, False) in places or not isinstance(item, cst.Subscript):
        message = f"{code(node)} is no dictionary in Flyte 2; use the value, or its items by position."
        yield Finding(node, "FM241", message)
        return
    position, alone = places.pop()
    assert position is not None
    if alone:
        yield Replace(item, lambda updated: updated.value.value)
    else:
        yield Replace(item, lambda updated: _item(updated.value.value, position))


def _method(view: FileView, node: cst.Attribute) -> Iterator[Item]:
    tasks = _whole_results(values_of(view, node.value))
    if not tasks or not all(t.outputs.named for t in tasks) or is_outside(view, node):
        return  # a direct call gives the NamedTuple
    classes = {(t.module, t.outputs.named) for t in tasks}
    module, text = classes.pop()
    local = _local_class(view, module, text) if not classes else ""
    if not local:
        yield Finding(node, "FM201", f"{code(node.value)} is a plain tuple in Flyte 2, without {node.attr.value}.")
        return
    star = "" if tasks[0].outputs.count == 1 else "*"
    made = cst.parse_expression(f"{local}({star}_)")
    assert isinstance(made, cst.Call)
    argument = made.args[0]
    yield Replace(node.value, lambda updated: made.with_changes(args=[argument.with_changes(value=updated)]))


@on_node(cst.Call)
def rewrap_arguments(view: FileView, node: cst.CSTNode) -> Iterator[Item]:
    """A result handed to a function that reads it by field is made the NamedTuple it was: ``read(Out(*result))``."""
    assert isinstance(node, cst.Call)
    if not node.args or not isinstance(node.func, (cst.Name, cst.Attribute)) or called_task(view, node.func):
        return
    bindings = view.bindings(node.func) if isinstance(node.func, cst.Name) else ()
    local = next((b.node for b in bindings if isinstance(b.node, cst.FunctionDef)), None)
    if local is None:
        definition = view.index.definition(view.qualified(node.func) or "", view.facts.module)
        if definition is None or definition.function is None:
            return
    for arg in node.args:
        tasks = _whole_results(values_of(view, arg.value)) if not arg.star else []
        classes = {(t.module, t.outputs.named) for t in tasks}
        if len(classes) != 1 or tasks[0].outputs.count < 2:
            continue
        module, text = classes.pop()
        if not text or (local is not None and not _reads_fields(local, {f.name for f in tasks[0].outputs.fields})):
            continue
        wanted = view.index.definition(view.index.local(module, text), module)
        if wanted is None or not text.replace(".", "").isidentifier():
            message = f"{code(arg.value)} is a plain tuple in Flyte 2: {code(node.func)} must read it by position."
            yield Finding(node, "FM201", message)
            continue
        name = _local_class(view, module, text) or view.local_name(f"{wanted.module.module}:{wanted.name}")
        made = cst.parse_expression(f"{name}(*_)")
        assert isinstance(made, cst.Call)
        yield Replace(arg, lambda updated, made=made: _rewrapped(updated, made))  # type: ignore[misc]


def _rewrapped(arg: cst.Arg, made: cst.Call) -> cst.Arg:
    return arg.with_changes(value=made.with_changes(args=[made.args[0].with_changes(value=arg.value)]))


def _reads_fields(function: cst.FunctionDef, names: set[str]) -> bool:
    return any(isinstance(n, cst.Attribute) and n.attr.value in {*names, "_asdict", "_replace"} for n in walk(function))


def _local_class(view: FileView, module: str, text: str) -> str:
    """The name under which this file has the class that ``text`` means in ``module``; empty if it has none."""
    wanted = view.index.definition(view.index.local(module, text), module)
    if wanted is None or not text.replace(".", "").isidentifier():
        return ""
    for name, bindings in view.module_scope.bindings.items():
        found = {b.target or f"{view.facts.module}.{name}" for b in bindings}
        if len(found) == 1 and view.index.definition(found.pop(), view.facts.module) == wanted:
            return name
    return ""


# -- one-field NamedTuples ---------------------------------------------------------------------------------------------


@on_task
def convert_single_output(view: FileView, definition: TaskDefinition) -> Iterator[Item]:
    """A task that returns a one-field NamedTuple returns the field's value: ``-> T`` (WF-06)."""
    outputs = definition.task.outputs
    if not outputs.named or outputs.count != 1 or definition.task.qualified in view.environments.blocked:
        return
    returns = definition.node.returns
    declared = _field_type(view, definition.task)
    if returns is None or declared is None:
        if returns is not None:
            message = f"Declare the type of {outputs.fields[0].name} as what {definition.task.name} returns."
            yield Finding(definition.node, "FM201", message)
        return
    yield Replace(returns.annotation, lambda updated: declared)
    for statement in view.by_type.get(cst.Return, ()):
        assert isinstance(statement, cst.Return)
        if statement.value is not None and view.function_of(statement) is definition.node:
            yield from _returned(view, definition.task, statement.value)


def _returned(view: FileView, task: Task, value: cst.BaseExpression) -> Iterator[Item]:
    field = task.outputs.fields[0].name
    if isinstance(value, cst.Call) and _is_class(view, task, value.func) and len(value.args) == 1:
        yield Replace(value, lambda updated: updated.args[0].value)
    elif isinstance(value, cst.Tuple) and len(value.elements) == 1:
        yield Replace(value, lambda updated: updated.elements[0].value)
    elif isinstance(value, cst.IfExp):
        yield from _returned(view, task, value.body)
        yield from _returned(view, task, value.orelse)
    else:
        values = values_of(view, value)
        if values and all(v.type is not None and v.task is None for v in values):
            kept = {_named_class(view, v) is not None for v in values}
            if kept == {True}:
                yield Replace(value, lambda updated: cst.Attribute(updated, cst.Name(field)))
            if len(kept) == 1 and not any(v.type is not None and v.type.name(view) in _ANYTHING for v in values):
                return
            values = ()
        if not values and task.role != "workflow" and _may_be_tuple(view, task, value):
            message = f"{task.name} returns the bare value now: write return {code(value)}.{field} if this is a tuple."
            yield Finding(value, "FM201", message)


_NO_TUPLE = (cst.BinaryOperation, cst.UnaryOperation, cst.Comparison, cst.FormattedString, cst.List, cst.Dict)


def _may_be_tuple(view: FileView, task: Task, value: cst.BaseExpression, depth: int = 0) -> bool:
    """Whether an unknown value may be an instance of the one-field NamedTuple: it is no arithmetic, and one is made."""
    if isinstance(value, _NO_TUPLE) or depth > 10:
        return False
    if isinstance(value, cst.Name):
        bindings = view.bindings(value)
        if bindings and all(b.kind == "assign" and b.value is not None for b in bindings):
            return any(_may_be_tuple(view, task, b.value, depth + 1) for b in bindings if b.value is not None)
    declared = view.index.definition(view.index.local(task.module, task.outputs.named), task.module)
    if declared is None or declared.module is not view.facts:
        return True
    if f"{view.facts.module}.{declared.name}" in view.index.imported_names:
        return True
    return not all(_only_declares(view, use) for use in view.uses_of(declared.name, view.module_scope))


def _is_class(view: FileView, task: Task, node: cst.BaseExpression) -> bool:
    name = view.qualified(node)
    found = view.index.named_tuple(name, view.facts.module) if name else None
    return found is not None and found == view.index.named_tuple(
        view.index.local(task.module, task.outputs.named), task.module
    )


def _named_class(view: FileView, value: Value) -> Class | None:
    if value.type is None:
        return None
    bare = value.type.bare(view)
    return view.index.named_tuple(bare.name(view), bare.module)


def _field_type(view: FileView, task: Task) -> cst.BaseExpression | None:
    """The annotation of the only field, in the terms of this file; None if it can't be written here."""
    text = task.outputs.fields[0].annotation
    found = view.index.definition(view.index.local(task.module, task.outputs.named), task.module)
    owner = found.module if found is not None and found.cls is not None else view.index.modules[task.module]
    v1 = _v1_names(view, owner, text)
    if v1:
        head = re.split(r"\[", text)[0]
        target = _TYPES.get(view.index.canonical(view.index.local(owner.module, head), owner.module))
        return view.ref(target) if target is not None else None
    return cst.parse_expression(text) if owner is view.facts else foreign(view, owner, text)


def _v1_names(view: FileView, owner: ModuleFacts, text: str) -> bool:
    for item in ast.walk(ast.parse(text, mode="eval")):
        if isinstance(item, (ast.Name, ast.Attribute)):
            name = view.index.canonical(view.index.local(owner.module, ast.unparse(item)), owner.module)
            if name.split(".")[0] in ("flytekit", "flytekitplugins", "union"):
                return True
    return False


@on_file
def drop_single_field_classes(view: FileView) -> Iterator[Item]:
    """A one-field NamedTuple that only declared outputs goes with the last of them."""
    for cls in view.facts.classes:
        if not cls.is_named_tuple or len(cls.fields) != 1 or cls.name in view.facts.string_all:
            continue
        if f"{view.facts.module}.{cls.name}" in view.index.imported_names:
            continue
        bindings = view.module_scope.bindings.get(cls.name, [])
        uses = view.uses_of(cls.name, view.module_scope)
        if len(bindings) != 1 or not uses or not all(_only_declares(view, use) for use in uses):
            continue
        node = bindings[0].node
        statement = node if isinstance(node, cst.ClassDef) else view.parent(node)
        if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) != 1:
            continue
        if isinstance(statement, (cst.ClassDef, cst.SimpleStatementLine)) and not list(layout_comments([statement])):
            yield Replace(statement, lambda updated: None)


def _only_declares(view: FileView, use: cst.Name) -> bool:
    """Whether a use of a one-field NamedTuple goes: the return annotation of a task, or the call that it returns."""
    parent = view.parent(use)
    if isinstance(parent, cst.Annotation):
        function = view.parent(parent)
        definition = view.definition_of(function) if isinstance(function, cst.FunctionDef) else None
        if definition is None or not isinstance(function, cst.FunctionDef) or function.returns is not parent:
            return False
        return definition.task.role != "v2" and definition.task.qualified not in view.environments.blocked
    if isinstance(parent, cst.Call) and parent.func is use and len(parent.args) == 1:
        outer = view.parent(parent)
        while isinstance(outer, cst.IfExp):
            outer = view.parent(outer)
        function = view.function_of(parent)
        definition = view.definition_of(function) if function is not None else None
        return isinstance(outer, cst.Return) and definition is not None and _is_class(view, definition.task, use)
    return False


# -- names of the outputs of a run -------------------------------------------------------------------------------------


@on_file
def note_output_names(view: FileView) -> Iterator[Item]:
    """Say once that a run's outputs have no names of their own (WF-08)."""
    for definition in view.tasks:
        task = definition.task
        if task.role == "workflow" and task.outputs.named and task.outputs.count > 1:
            names = ", ".join(f.name for f in task.outputs.fields)
            yield Finding(definition.node, "FM200", f"The outputs of a run of {task.name} ({names}) are o0, o1, … now.")
            return
