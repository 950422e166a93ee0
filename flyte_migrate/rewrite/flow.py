"""What kind of value an expression holds, as far as the source says: the output of a task, a value of a declared type.

Answers are about original nodes. None means unknown; rules must then report instead of guessing.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from functools import lru_cache

import libcst as cst

from flyte_migrate.project.link import Outputs, Task
from flyte_migrate.rewrite.scopes import Binding
from flyte_migrate.rewrite.template import code
from flyte_migrate.rewrite.view import FileView

_OPTIONAL = frozenset({"typing.Optional", "typing.Annotated", "typing_extensions.Annotated", "typing.Final"})
_LISTS = frozenset({"typing.List", "list", "typing.Sequence", "collections.abc.Sequence", "typing.Iterable", "collections.abc.Iterable", "typing.Iterator", "collections.abc.Iterator", "typing.Set", "set"})
_DICTS = frozenset({"typing.Dict", "dict", "typing.Mapping", "collections.abc.Mapping"})
_BUILTIN = frozenset({"int", "float", "str", "bool", "bytes", "list", "dict", "set", "tuple", "None", "object"})


@dataclass(frozen=True)
class Type:
    """A type annotation: its source text and the module in which the text has its meaning."""

    text: str
    module: str

    @property
    def node(self) -> ast.expr | None:
        return _parse(self.text)

    def name(self, view: FileView) -> str:
        """The qualified (canonical v1) name of the type itself, without its subscript: ``flytekit.FlyteFile``, ``list``."""
        node = self.node
        if isinstance(node, ast.Subscript):
            node = node.value
        if isinstance(node, ast.Constant) and node.value is None:
            return "None"
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return ""
        text = ast.unparse(node)
        if text in _BUILTIN:
            return text
        return view.index.canonical(view.index.local(self.module, text), self.module)

    def arguments(self) -> tuple[Type, ...]:
        """The types between the brackets, if any."""
        node = self.node
        if not isinstance(node, ast.Subscript):
            return ()
        items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return tuple(Type(ast.unparse(item), self.module) for item in items)

    def bare(self, view: FileView) -> Type:
        """The type without ``Optional``, ``Annotated`` and ``| None`` around it."""
        node = self.node
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            sides = [s for s in _union(node) if not (isinstance(s, ast.Constant) and s.value is None)]
            if len(sides) == 1:
                return Type(ast.unparse(sides[0]), self.module).bare(view)
            return self
        name = self.name(view)
        if name in _OPTIONAL and self.arguments():
            return self.arguments()[0].bare(view)
        if name == "typing.Union":
            sides_ = [a for a in self.arguments() if a.text != "None"]
            if len(sides_) == 1:
                return sides_[0].bare(view)
        return self

    def element(self, view: FileView) -> Type | None:
        """The type of the items of a list (of the values of a dict)."""
        bare = self.bare(view)
        name, arguments = bare.name(view), bare.arguments()
        if name in _LISTS and len(arguments) == 1:
            return arguments[0]
        if name in _DICTS and len(arguments) == 2:
            return arguments[1]
        return None


@dataclass(frozen=True)
class Value:
    """A value: the whole result of a task call, or something of a declared type.

    ``task`` with ``index`` None is the whole result (several outputs: a tuple); ``node`` says that it is a v1 ``Node`` from
    ``create_node``; ``mapped`` that it is the list that mapping the task gives.
    """

    task: Task | None = None
    type: Type | None = None
    index: int | None = None
    node: bool = False
    mapped: bool = False

    @property
    def outputs(self) -> Outputs | None:
        """The outputs of the task whose whole result this is."""
        return self.task.outputs if self.task is not None and self.index is None and not self.mapped else None


@lru_cache(maxsize=4096)
def _parse(text: str) -> ast.expr | None:
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError:
        return None
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _parse(node.value)
    return node


def _union(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*_union(node.left), *_union(node.right)]
    return [node]


def result_of(task: Task) -> Value:
    """The value of a call of ``task``."""
    outputs = task.outputs
    if outputs.count == 1 and not outputs.named and not outputs.is_tuple:
        return Value(task=task, type=Type(outputs.fields[0].annotation, task.module))
    return Value(task=task)


def output_of(task: Task, index: int) -> Value:
    """One of several outputs of ``task``."""
    return Value(task=task, type=Type(task.outputs.fields[index].annotation, task.module), index=index)


def value_of(view: FileView, node: cst.CSTNode, depth: int = 0) -> Value | None:
    """The value an original expression holds; None if the source does not say."""
    if depth > 25:
        return None
    if isinstance(node, cst.Name):
        return _name(view, node, depth)
    if isinstance(node, cst.Call):
        return _call(view, node, depth)
    if isinstance(node, cst.Attribute):
        return _attribute(view, node, depth)
    if isinstance(node, cst.Subscript):
        return _subscript(view, node, depth)
    if isinstance(node, cst.Await):
        return value_of(view, node.expression, depth + 1)
    if isinstance(node, cst.IfExp):
        return value_of(view, node.body, depth + 1) or value_of(view, node.orelse, depth + 1)
    if isinstance(node, cst.NamedExpr):
        return value_of(view, node.value, depth + 1)
    literal = {cst.Integer: "int", cst.Float: "float", cst.SimpleString: "str", cst.ConcatenatedString: "str", cst.FormattedString: "str"}
    for kind, text in literal.items():
        if isinstance(node, kind):
            return Value(type=Type(text, view.facts.module))
    return None


def type_name(view: FileView, node: cst.CSTNode) -> str:
    """The canonical name of the type of an expression, ``Optional`` and ``Annotated`` taken off; empty if unknown."""
    value = value_of(view, node)
    if value is None or value.type is None:
        return ""
    return value.type.bare(view).name(view)


def _name(view: FileView, node: cst.Name, depth: int) -> Value | None:
    values = [_binding(view, binding, depth) for binding in view.bindings(node) if not _declares_only(binding)]
    if not values or any(v is None for v in values):
        return None
    first = values[0]
    if all(v == first for v in values):
        return first
    types = {v.type for v in values if v is not None}
    return Value(type=next(iter(types))) if len(types) == 1 and None not in types else None


def _declares_only(binding: Binding) -> bool:
    return isinstance(binding.node, cst.AnnAssign) and binding.node.value is None


def _binding(view: FileView, binding: Binding, depth: int) -> Value | None:
    node = binding.node
    if isinstance(node, cst.Param):
        if node.annotation is None or (isinstance(node.star, str) and node.star):
            return None
        return Value(type=Type(code(node.annotation.annotation), view.facts.module))
    if isinstance(node, cst.AnnAssign):
        known = value_of(view, node.value, depth + 1) if node.value is not None else None
        return known or Value(type=Type(code(node.annotation.annotation), view.facts.module))
    if binding.kind == "assign" and binding.value is not None:
        return value_of(view, binding.value, depth + 1)
    if binding.kind == "unpack" and binding.value is not None:
        return _unpacked(view, binding, depth)
    if isinstance(node, (cst.For, cst.CompFor)) and isinstance(node.target, cst.Name):
        iterated = value_of(view, node.iter, depth + 1)
        if iterated is not None and iterated.type is not None:
            element = iterated.type.element(view)
            return Value(type=element) if element is not None else None
    if binding.kind == "import":
        definition = view.index.definition(binding.target, view.facts.module)
        if definition is not None and definition.variable is not None:
            return None
    return None


def _unpacked(view: FileView, binding: Binding, depth: int) -> Value | None:
    assert binding.value is not None
    if isinstance(binding.value, (cst.Tuple, cst.List)) and len(binding.path) == 1:
        elements = binding.value.elements
        return value_of(view, elements[binding.path[0]].value, depth + 1) if binding.path[0] < len(elements) else None
    whole = value_of(view, binding.value, depth + 1)
    if whole is None or len(binding.path) != 1:
        return None
    index = binding.path[0]
    if whole.outputs is not None and whole.task is not None and index < whole.outputs.count:
        return output_of(whole.task, index)
    if whole.type is not None:
        element = whole.type.element(view)
        return Value(type=element) if element is not None else None
    return None


def _call(view: FileView, node: cst.Call, depth: int) -> Value | None:
    function = node.func
    task = called_task(view, function)
    if task is not None:
        return result_of(task)
    canonical = view.canonical(function)
    if canonical == "flytekit.core.node_creation.create_node" and node.args:
        target = called_task(view, node.args[0].value)
        return replace(result_of(target), node=True) if target is not None else None
    if isinstance(function, cst.Attribute) and function.attr.value == "with_overrides":
        return value_of(view, function.value, depth + 1)
    mapped = mapped_task(view, function)
    if mapped is not None:
        element = mapped.outputs.fields[0].annotation if mapped.outputs.count == 1 else ""
        return Value(task=mapped, mapped=True, type=Type(f"list[{element}]", mapped.module) if element else None)
    branch = conditional_branches(view, node)
    if branch:
        return value_of(view, branch[0], depth + 1)
    if canonical and canonical.rpartition(".")[2][:1].isupper():
        return Value(type=Type(code(function), view.facts.module))
    return _plain_call(view, function)


def _plain_call(view: FileView, function: cst.CSTNode) -> Value | None:
    """A call of an ordinary function of the project: its return annotation."""
    name = view.qualified(function)
    definition = view.index.definition(name, view.facts.module) if name else None
    if definition is not None and definition.function is not None and definition.function.returns:
        return Value(type=Type(definition.function.returns, definition.module.module))
    return None


def called_task(view: FileView, function: cst.CSTNode) -> Task | None:
    """The task that calling this expression runs: a task by name, a launch plan of it, or ``t.override(...)``."""
    if isinstance(function, cst.Call):
        if isinstance(function.func, cst.Attribute) and function.func.attr.value == "override":
            return called_task(view, function.func.value)
        if view.canonical(function.func) in ("flytekit.LaunchPlan.get_or_create", "flytekit.LaunchPlan.create"):
            for arg in function.args:
                task = called_task(view, arg.value)
                if task is not None:
                    return task
        return None
    if isinstance(function, cst.Attribute) and function.attr.value == "aio":
        return called_task(view, function.value)
    task = view.task_of(function)
    if task is not None:
        return task
    name = view.qualified(function)
    plan = view.index.plan(name, view.facts.module) if name else None
    if plan is not None and plan.workflow:
        return view.index.tasks.get(plan.workflow)
    if isinstance(function, cst.Name):
        for binding in view.bindings(function):
            if binding.kind == "assign" and isinstance(binding.value, cst.Call):
                if view.canonical(binding.value.func).startswith("flytekit.LaunchPlan."):
                    return called_task(view, binding.value)
    return None


def mapped_task(view: FileView, function: cst.CSTNode, depth: int = 0) -> Task | None:
    """The task that a ``map_task(...)`` expression (or a variable holding one) maps, through ``partial``; else None."""
    if depth > 10:
        return None
    if isinstance(function, cst.Call):
        if view.canonical(function.func) == "flytekit.map_task" and function.args:
            return partial_target(view, function.args[0].value)
        return None
    if isinstance(function, cst.Name):
        bindings = view.bindings(function)
        if len(bindings) == 1 and bindings[0].kind == "assign" and bindings[0].value is not None:
            return mapped_task(view, bindings[0].value, depth + 1)
    return None


def partial_target(view: FileView, node: cst.CSTNode, depth: int = 0) -> Task | None:
    """The task behind ``t``, ``partial(t, …)`` or a variable holding either."""
    if depth > 10:
        return None
    if isinstance(node, cst.Call) and view.canonical(node.func) == "functools.partial" and node.args:
        return partial_target(view, node.args[0].value, depth + 1)
    task = called_task(view, node)
    if task is None and isinstance(node, cst.Name):
        bindings = view.bindings(node)
        if len(bindings) == 1 and bindings[0].kind == "assign" and bindings[0].value is not None:
            return partial_target(view, bindings[0].value, depth + 1)
    return task


def conditional_branches(view: FileView, node: cst.Call) -> list[cst.BaseExpression]:
    """The ``.then(…)`` arguments of a ``conditional(…)`` chain, first to last; empty if it is none."""
    found: list[cst.BaseExpression] = []
    item: cst.BaseExpression = node
    while isinstance(item, cst.Call) and isinstance(item.func, cst.Attribute):
        if item.func.attr.value == "then" and item.args:
            found.insert(0, item.args[0].value)
        item = item.func.value
    if isinstance(item, cst.Call) and view.canonical(item.func) == "flytekit.conditional":
        return found
    return []


def _attribute(view: FileView, node: cst.Attribute, depth: int) -> Value | None:
    owner = value_of(view, node.value, depth + 1)
    name = node.attr.value
    if owner is None:
        return None
    if owner.outputs is not None and owner.task is not None:
        position = owner.outputs.position(name)
        if position is not None and (owner.node or owner.outputs.named or owner.outputs.is_tuple):
            return output_of(owner.task, position)
        if owner.node and name == "outputs":
            return replace(owner, node=False)
    if owner.type is not None:
        return field_of(view, owner.type, name)
    return None


def field_of(view: FileView, owner: Type, name: str) -> Value | None:
    """The value of an attribute of a project class with annotated fields."""
    bare = owner.bare(view)
    definition = view.index.definition(bare.name(view), bare.module)
    if definition is None or definition.cls is None:
        return None
    for item in definition.cls.fields:
        if item.name == name:
            return Value(type=Type(item.annotation, definition.module.module))
    return None


def _subscript(view: FileView, node: cst.Subscript, depth: int) -> Value | None:
    owner = value_of(view, node.value, depth + 1)
    if owner is None:
        return None
    if owner.outputs is not None and owner.task is not None and len(node.slice) == 1:
        item = node.slice[0].slice
        if isinstance(item, cst.Index) and isinstance(item.value, cst.Integer):
            position = int(item.value.value)
            if position < owner.outputs.count and (owner.outputs.named or owner.outputs.is_tuple):
                return output_of(owner.task, position)
    if owner.type is not None and len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Index):
        element = owner.type.element(view)
        return Value(type=element) if element is not None else None
    return None
