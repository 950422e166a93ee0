"""Where values meet declared types: what tasks are given and return, defaults, fields of dataclasses and NamedTuples.

v1 converted there (a path became a file, a value an enum member, a frame a StructuredDataset); v2 takes only the type
itself (TRAP-13, TRAP-25, TYP-54, TYP-70), so conversions are written out at these places.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import libcst as cst

from flyte_migrate.project.facts import Class, Parameter
from flyte_migrate.project.link import Task
from flyte_migrate.rewrite.flow import Type, called_task, mapped_task, partial_target, unwrapped_task
from flyte_migrate.rewrite.template import code, string_value
from flyte_migrate.rewrite.view import FileView
from flyte_migrate.rules.artifacts import created_value
from flyte_migrate.rules.kinds import FILE, Kind, Kinds, kinds_of

Place = Literal["return", "argument", "default", "field"]
_PLANS = frozenset({"flytekit.LaunchPlan.get_or_create", "flytekit.LaunchPlan.create"})
_CREATE_NODE = "flytekit.core.node_creation.create_node"


@dataclass(frozen=True)
class Handover:
    """An original expression that gives a value where a type is declared; displays are taken apart."""

    node: cst.BaseExpression
    type: Type
    kind: Kind  # of the declared type
    place: Place
    to_task: bool


@lru_cache(maxsize=1)
def handovers(view: FileView) -> tuple[Handover, ...]:
    """All handovers of a file whose declared type is, or contains, a file, directory, data frame or enum."""
    kinds = kinds_of(view)
    found: list[Handover] = []
    for node, type_, place, to_task in _places(view):
        kind = kinds.of_type(type_)
        if to_task and type_.bare(view).name(view) == "os.PathLike":
            found.append(Handover(node, type_, FILE, place, to_task))  # TYP-15
        elif _matters(kind):
            found.extend(_leaves(view, kinds, node, type_, place, to_task))
    return tuple(found)


def _matters(kind: Kind | None) -> bool:
    if kind is None:
        return False
    if kind.name in ("file", "dir", "frame", "enum"):
        return not kind.is_either  # a str stays one where that is declared as well
    return kind.name in ("list", "dict", "tuple") and any(_matters(k) for k in kind.items)


def _leaves(
    view: FileView, kinds: Kinds, node: cst.BaseExpression, type_: Type, place: Place, to_task: bool
) -> Iterator[Handover]:
    if isinstance(node, cst.IfExp):
        yield from _leaves(view, kinds, node.body, type_, place, to_task)
        yield from _leaves(view, kinds, node.orelse, type_, place, to_task)
        return
    if isinstance(node, cst.BooleanOperation):
        yield from _leaves(view, kinds, node.left, type_, place, to_task)
        yield from _leaves(view, kinds, node.right, type_, place, to_task)
        return
    made = created_value(view, node)
    if made is not None:
        yield from _leaves(view, kinds, made, type_, place, to_task)
        return
    kind = kinds.of_type(type_)
    if kind is None or not _matters(kind):
        return
    parts: Sequence[tuple[cst.BaseExpression, Type]] = ()
    arguments = resolved(view, type_).arguments()
    if kind.name == "list" and arguments:
        if isinstance(node, (cst.List, cst.Set, cst.Tuple)):
            parts = [(e.value, arguments[0]) for e in node.elements if not isinstance(e, cst.StarredElement)]
        elif isinstance(node, (cst.ListComp, cst.GeneratorExp, cst.SetComp)):
            parts = [(node.elt, arguments[0])]
    elif kind.name == "dict" and len(arguments) == 2:
        if isinstance(node, cst.Dict):
            parts = [(e.value, arguments[1]) for e in node.elements if isinstance(e, cst.DictElement)]
        elif isinstance(node, cst.DictComp):
            parts = [(node.value, arguments[1])]
    elif kind.name == "tuple" and isinstance(node, cst.Tuple) and len(arguments) == len(node.elements):
        parts = [(e.value, a) for e, a in zip(node.elements, arguments, strict=True)]
    if parts:
        for part, part_type in parts:
            yield from _leaves(view, kinds, part, part_type, place, to_task)
        return
    if isinstance(node, (cst.List, cst.Dict)) and not node.elements:
        return
    yield Handover(node, type_, kind, place, to_task)


def resolved(view: FileView, type_: Type) -> Type:
    """A type without ``Optional`` and ``Annotated``, through aliases of the project."""
    for _ in range(10):
        type_ = type_.bare(view)
        definition = view.index.definition(type_.name(view), type_.module) if type_.name(view) else None
        if definition is None or definition.variable is None:
            return type_
        type_ = Type(definition.variable.text, definition.module.module)
    return type_


# -- places -----------------------------------------------------------------------------------------------------------

_Found = tuple[cst.BaseExpression, Type, Place, bool]


def _places(view: FileView) -> Iterator[_Found]:
    for node in view.by_type.get(cst.Call, ()):
        assert isinstance(node, cst.Call)
        yield from _arguments(view, node)
    for node in view.by_type.get(cst.Return, ()):
        assert isinstance(node, cst.Return)
        if node.value is not None:
            yield from _returned(view, node.value)
    for definition in view.tasks:
        for parameter in (*definition.node.params.params, *definition.node.params.kwonly_params):
            if parameter.default is not None and parameter.annotation is not None:
                yield parameter.default, _written(view, parameter.annotation), "default", True


def _written(view: FileView, annotation: cst.Annotation) -> Type:
    return Type(code(annotation.annotation), view.facts.module)


def _arguments(view: FileView, node: cst.Call) -> Iterator[_Found]:
    task = called_task(view, node.func)
    if task is not None:
        yield from _given(node.args, task.function.parameters, task.module, to_task=True)
        return
    mapped = mapped_task(view, node.func)
    if mapped is not None:
        lists = [
            Parameter(p.name, f"list[{p.annotation}]" if p.annotation else None, None, p.kind)
            for p in mapped.function.parameters
        ]
        yield from _given(node.args, lists, mapped.module, to_task=True)
        return
    unwrapped = unwrapped_task(view, node.func)
    if unwrapped is not None:
        yield from _given(node.args, unwrapped.function.parameters, unwrapped.module, to_task=False)
        return
    name = view.canonical(node.func)
    if name in ("functools.partial", _CREATE_NODE) and node.args:
        target = partial_target(view, node.args[0].value)
        if target is not None:
            yield from _given(node.args[1:], target.function.parameters, target.module, to_task=True)
        return
    if name in _PLANS:
        yield from _plan_inputs(view, node)
        return
    definition = view.index.definition(view.qualified(node.func) or "", view.facts.module)
    if definition is None:
        return
    if definition.cls is not None:
        fields = [Parameter(f.name, f.annotation) for f in _fields(view, definition.cls, definition.module.module)]
        for value, type_, _, _ in _given(node.args, fields, definition.module.module, to_task=False):
            yield value, type_, "field", False
    elif definition.function is not None and not definition.function.enclosing:
        yield from _given(node.args, definition.function.parameters, definition.module.module, to_task=False)


def _fields(view: FileView, cls: Class, module: str, depth: int = 0) -> list[Parameter]:
    """The fields of a class in the order of its constructor: those of its project bases first."""
    found: list[Parameter] = []
    for base in cls.bases if depth < 5 else ():
        definition = view.index.definition(base, module)
        if definition is not None and definition.cls is not None:
            found += _fields(view, definition.cls, definition.module.module, depth + 1)
    return [*found, *(Parameter(f.name, f.annotation) for f in cls.fields)]


def _given(args: Sequence[cst.Arg], parameters: Sequence[Parameter], module: str, to_task: bool) -> Iterator[_Found]:
    named = {p.name: p for p in parameters if p.annotation}
    positional = [p for p in parameters if p.kind == "positional"]
    for number, arg in enumerate(args):
        if arg.star:
            return
        if arg.keyword is not None:
            parameter = named.get(arg.keyword.value)
        else:
            parameter = positional[number] if number < len(positional) else None
        if parameter is not None and parameter.annotation:
            yield arg.value, Type(parameter.annotation, module), "argument", to_task


def _plan_inputs(view: FileView, node: cst.Call) -> Iterator[_Found]:
    task: Task | None = None
    for arg in node.args:
        task = task or called_task(view, arg.value)
    if task is None:
        return
    types = {p.name: p.annotation for p in task.function.parameters if p.annotation}
    for arg in node.args:
        if arg.keyword is None or arg.keyword.value not in ("default_inputs", "fixed_inputs"):
            continue
        if isinstance(arg.value, cst.Dict):
            for element in arg.value.elements:
                name = string_value(element.key) if isinstance(element, cst.DictElement) else None
                if name in types:
                    yield element.value, Type(types[name] or "", task.module), "argument", True


def _returned(view: FileView, node: cst.BaseExpression) -> Iterator[_Found]:
    function = view.function_of(node)
    if function is None or function.returns is None:
        return
    if any(isinstance(a, cst.Lambda) for a in view.ancestors(node)):
        return
    is_task = view.definition_of(function) is not None
    type_ = _written(view, function.returns)
    parts = _tuple_of_types(view, type_)
    if parts is None:
        yield node, type_, "return", is_task
    elif isinstance(node, cst.Tuple) and len(node.elements) == len(parts):
        for element, part in zip(node.elements, parts, strict=True):
            yield element.value, part, "return", is_task


def _tuple_of_types(view: FileView, type_: Type) -> list[Type] | None:
    """The types of several outputs that ``-> (A, B)`` or a NamedTuple declares; None for anything else."""
    if isinstance(type_.node, ast.Tuple):
        return [Type(ast.unparse(item), type_.module) for item in type_.node.elts]
    cls = view.index.named_tuple(type_.name(view), type_.module) if type_.name(view) else None
    if cls is not None:
        definition = view.index.definition(type_.name(view), type_.module)
        module = definition.module.module if definition is not None else type_.module
        return [Type(f.annotation, module) for f in cls.fields]
    return None
