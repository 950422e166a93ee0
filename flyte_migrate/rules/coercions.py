"""Numbers that v1 converted on their way through a promise: an int for a float parameter, and the reverse (TRAP-39).

In v1 the result of a task and the input of a workflow are promises, and a promise's int arrives as a float where the
receiving annotation says float (a float as an int, cut off); lists and dictionaries of them likewise. A plain value
was refused. Flyte 2 raises TypeError for both, so the conversion is written where the two declared types call for it.

Official: https://www.union.ai/docs/v2/flyte/user-guide/flyte-2/
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import libcst as cst

from flyte_migrate.project.link import Task
from flyte_migrate.rewrite.flow import Type, Value, called_task, mapped_task, values_of
from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import expression
from flyte_migrate.rewrite.view import FileView
from flyte_migrate.rules import on_file
from flyte_migrate.rules.conditional import CONDITIONAL, chain_of
from flyte_migrate.rules.ordering import CREATE_NODE

#: What an expression is the ``value`` of.
Holder = cst.Arg | cst.Element | cst.DictElement | cst.Return
_NUMBERS = frozenset({"int", "float"})
_LISTS = frozenset({"list", "typing.List"})
_DICTS = frozenset({"dict", "typing.Dict"})


@on_file
def convert_numbers(view: FileView) -> Iterator[Item]:
    """Convert arguments of task calls, and what former workflows return."""
    drivers = {d.node: d.task for d in view.tasks if d.task.role in ("workflow", "dynamic")}
    if not drivers:
        return
    for node in view.by_type.get(cst.Call, ()):
        assert isinstance(node, cst.Call)
        if view.function_of(node) in drivers:
            yield from _call(view, node)
    for statement in view.by_type.get(cst.Return, ()):
        assert isinstance(statement, cst.Return)
        function = view.function_of(statement)
        if statement.value is not None and function in drivers:
            yield from _return(view, statement, statement.value, drivers[function])


# -- where values go ---------------------------------------------------------------------------------------------------


def _call(view: FileView, node: cst.Call) -> Iterator[Item]:
    mapped = mapped_task(view, node.func)
    task = mapped or called_task(view, node.func)
    args = list(node.args)
    if task is None and view.canonical(node.func) == CREATE_NODE and args:
        task, args = called_task(view, args[0].value), args[1:]
    if task is None:
        return
    parameters = task.function.parameters
    for position, arg in enumerate(args):
        if arg.star:
            return
        if arg.keyword is not None:
            parameter = next((p for p in parameters if p.name == arg.keyword.value), None)
        else:
            parameter = parameters[position] if position < len(parameters) else None
        if parameter is None or parameter.annotation is None:
            continue
        target = Type(parameter.annotation, task.module)
        if mapped is not None:
            listed = [v for v in values_of(view, arg.value) if v.items or (v.type and v.type.element(view))]
            if not listed:
                continue  # an input that partial binds is passed on as it is
            target = Type(f"list[{parameter.annotation}]", task.module)
        yield from _value(view, arg, arg.value, target)


def _return(view: FileView, statement: cst.Return, value: cst.BaseExpression, task: Task) -> Iterator[Item]:
    outputs = task.outputs
    types = [Type(f.annotation, _declared_in(view, task)) for f in outputs.fields]
    if outputs.count == 1 and not outputs.is_tuple:
        if outputs.named and isinstance(value, cst.Call) and len(value.args) == 1 and _makes(view, value, task):
            yield from _value(view, value.args[0], value.args[0].value, types[0])
        else:
            yield from _value(view, statement, value, types[0])
        return
    if isinstance(value, cst.Tuple):
        for element, type_ in zip(value.elements, types, strict=False):
            if isinstance(element, cst.Element):
                yield from _value(view, element, element.value, type_)
    elif isinstance(value, cst.Call) and outputs.named and _makes(view, value, task):
        for position, arg in enumerate(value.args):
            index = outputs.position(arg.keyword.value) if arg.keyword is not None else position
            if index is not None and index < len(types) and not arg.star:
                yield from _value(view, arg, arg.value, types[index])
    else:
        yield from _whole(view, value, task, types)


def _whole(view: FileView, value: cst.BaseExpression, task: Task, types: list[Type]) -> Iterator[Finding]:
    """A child's whole result, handed on under other types."""
    for source in values_of(view, value):
        if source.outputs is None or source.task is None or source.outputs.count != len(types):
            continue
        given = [Type(f.annotation, _declared_in(view, source.task)) for f in source.outputs.fields]
        for number, (have, want) in enumerate(zip(given, types, strict=True)):
            conversion = _conversion(view, (Value(type=have),), want)
            if conversion:
                message = f"Output {number} of {source.task.name} is not what {task.name} declares: convert it."
                yield Finding(value, "FM208", message)


def _declared_in(view: FileView, task: Task) -> str:
    """The module in which the annotations of a task's outputs have their meaning."""
    if not task.outputs.named:
        return task.module
    found = view.index.definition(view.index.local(task.module, task.outputs.named), task.module)
    return found.module.module if found is not None and found.cls is not None else task.module


def _makes(view: FileView, node: cst.Call, task: Task) -> bool:
    """Whether a call makes the NamedTuple that the task returns."""
    name = view.qualified(node.func)
    found = view.index.named_tuple(name, view.facts.module) if name else None
    wanted = view.index.named_tuple(view.index.local(task.module, task.outputs.named), task.module)
    return found is not None and found == wanted


# -- what becomes of a value -------------------------------------------------------------------------------------------


def _value(view: FileView, holder: Holder, value: cst.BaseExpression, target: Type) -> Iterator[Item]:
    """Convert the value of an argument, element or return statement; inside a conditional that of each branch."""
    if not _takes_numbers(view, target):
        return
    branches = _branches(view, value)
    if branches is not None:
        for arg in branches:
            yield from _value(view, arg, arg.value, target)
        return
    if isinstance(value, (cst.List, cst.Dict)) and value.elements:
        element = target.element(view)
        if element is not None:
            for item in value.elements:
                if isinstance(item, (cst.Element, cst.DictElement)):
                    yield from _value(view, item, item.value, element)
        return
    if isinstance(value, (cst.Integer, cst.Float, cst.UnaryOperation)):
        return  # v1 refused a literal of the other type
    if isinstance(value, cst.ListComp):
        element = target.element(view)
        conversion = _conversion(view, values_of(view, value.elt), element) if element is not None else ""
        if conversion:
            yield Replace(holder, _elements(conversion))
        return
    conversion = _conversion(view, values_of(view, value), target)
    if conversion:
        yield Replace(holder, _converted(conversion))


def _branches(view: FileView, value: cst.BaseExpression) -> list[cst.Arg] | None:
    """The arguments of ``then`` of a conditional that stands here; None if it is none."""
    item: cst.BaseExpression = value
    found: list[cst.Arg] = []
    while isinstance(item, cst.Call) and isinstance(item.func, cst.Attribute):
        if item.func.attr.value == "then" and item.args:
            found.insert(0, item.args[0])
        if view.canonical(item.func) == CONDITIONAL:
            break
        item = item.func.value
    if not isinstance(item, cst.Call) or view.canonical(item.func) != CONDITIONAL:
        return None
    chain = chain_of(view, item)
    return found if chain is not None and chain.node is value else None


def _conversion(view: FileView, values: tuple[Value, ...], target: Type) -> str:
    """The expression over ``{value}`` that turns the values into the target type; empty if nothing has to be done."""
    wanted = _accepted(view, target)
    if wanted:
        kinds = {_number(view, v) for v in values}
        number = next(iter(wanted)) if len(wanted) == 1 else ""
        return f"{number}({{value}})" if number and kinds <= _NUMBERS and kinds - wanted else ""
    element = target.element(view)
    items = [_items(view, v) for v in values]
    if element is None or not items or not all(items):
        return ""
    inner = _conversion(view, tuple(i for group in items for i in group), element)
    variable = "values" if " for " in inner else "value"
    if not inner or " for values " in inner:
        return ""
    made = inner.replace("{value}", variable)
    name = target.bare(view).name(view)
    if name in _LISTS:
        return f"[{made} for {variable} in {{value}}]"
    return f"{{key: {made} for key, {variable} in {{value}}.items()}}" if name in _DICTS else ""


def _accepted(view: FileView, target: Type) -> frozenset[str]:
    """The numbers that a type takes: ``float`` for ``float``, ``Optional[float]`` and ``Union[float, str]``."""
    bare = target.bare(view)
    name = bare.name(view)
    sides = [bare]
    node = bare.node
    if name == "typing.Union":
        sides = list(bare.arguments())
    elif isinstance(node, ast.BinOp):
        sides = [Type(ast.unparse(s), bare.module) for s in _sides(node)]
    return frozenset(n for s in sides if (n := s.name(view)) in _NUMBERS)


def _takes_numbers(view: FileView, target: Type) -> bool:
    """Whether a type, or the items of one, may take numbers."""
    if _accepted(view, target):
        return True
    element = target.element(view)
    return element is not None and _takes_numbers(view, element)


def _sides(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp):
        yield from _sides(node.left)
        yield from _sides(node.right)
    else:
        yield node


def _number(view: FileView, value: Value) -> str:
    """``int`` or ``float`` if the value is declared as that and nothing else; an Optional was not converted by v1."""
    return value.type.name(view) if value.type is not None and not value.mapped else ""


def _items(view: FileView, value: Value) -> tuple[Value, ...]:
    if value.items:
        return value.items
    element = value.type.element(view) if value.type is not None else None
    return (Value(type=element),) if element is not None else ()


# -- writing -----------------------------------------------------------------------------------------------------------


def _converted(conversion: str) -> Callable[[Holder], Holder]:
    return lambda updated: updated.with_changes(value=_applied(conversion, updated.value))


def _elements(conversion: str) -> Callable[[Holder], Holder]:
    """The conversion inside a list comprehension."""

    def build(updated: Holder) -> Holder:
        value = updated.value
        assert isinstance(value, cst.ListComp)
        return updated.with_changes(value=value.with_changes(elt=_applied(conversion, value.elt)))

    return build


def _applied(conversion: str, value: cst.BaseExpression | None) -> cst.BaseExpression:
    assert value is not None
    return expression(conversion, value=value)
