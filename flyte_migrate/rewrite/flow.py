"""What kind of value an expression holds, as far as the source says: the output of a task, a value of a declared type.

Answers are about original nodes. None means unknown; rules must then report instead of guessing.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import libcst as cst

from flyte_migrate.project.link import Outputs, Task
from flyte_migrate.rewrite.scopes import Binding
from flyte_migrate.rewrite.template import code, string_value
from flyte_migrate.rewrite.view import FileView

_OPTIONAL = frozenset({"typing.Optional", "typing.Annotated", "typing_extensions.Annotated", "typing.Final"})
_LISTS = frozenset({"typing.List", "list", "typing.Set", "set"}) | {
    f"{module}.{name}" for module in ("typing", "collections.abc") for name in ("Sequence", "Iterable", "Iterator")
}
_DICTS = frozenset({"typing.Dict", "dict", "typing.Mapping", "collections.abc.Mapping"})
_BUILTIN = frozenset({"int", "float", "str", "bool", "bytes", "list", "dict", "set", "tuple", "None", "object"})


@dataclass(frozen=True)
class Type:
    """A type annotation: its source text and the module in which the text has its meaning."""

    text: str
    module: str

    @property
    def node(self) -> ast.expr | None:
        return parsed(self.text)

    def name(self, view: FileView) -> str:
        """The qualified (canonical v1) name of the type, without its subscript: ``flytekit.FlyteFile``, ``list``."""
        key = (self.text, self.module)
        known: str | None = view.type_names.get(key)
        if known is None:
            known = view.type_names[key] = self._name(view)
        return known

    def _name(self, view: FileView) -> str:
        node = self.node
        if isinstance(node, ast.Subscript):
            node = node.value
        if isinstance(node, ast.Constant) and node.value is None:
            return "None"
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return ""
        text = node.id if isinstance(node, ast.Name) else ast.unparse(node)
        if text in _BUILTIN:
            return text
        return view.index.meant(self.module, text)

    def arguments(self) -> tuple[Type, ...]:
        """The types between the brackets, if any."""
        return tuple(Type(text, self.module) for text in _arguments(self.text))

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

    ``task`` with ``index`` None is the whole result (several outputs: a tuple); ``node`` says that it is a v1 ``Node``
    from ``create_node``; ``mapped`` that it is the list that mapping the task gives; ``items`` what the elements of a
    container may be.
    """

    task: Task | None = None
    type: Type | None = None
    index: int | None = None
    node: bool = False
    mapped: bool = False
    items: tuple[Value, ...] = ()

    @property
    def outputs(self) -> Outputs | None:
        """The outputs of the task whose whole result this is."""
        return self.task.outputs if self.task is not None and self.index is None and not self.mapped else None


@lru_cache(maxsize=4096)
def parsed(text: str) -> ast.expr | None:
    """Source text of an expression (quotes around it taken off) as a tree; None if it is none."""
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError:
        return None
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return parsed(node.value)
    return node


@lru_cache(maxsize=4096)
def _arguments(text: str) -> tuple[str, ...]:
    node = parsed(text)
    if not isinstance(node, ast.Subscript):
        return ()
    items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    return tuple(ast.unparse(item) for item in items)


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


def value_of(view: FileView, node: cst.CSTNode) -> Value | None:
    """The value an original expression holds; None if the source does not say, or if it may be one of several."""
    return _merged(values_of(view, node))


def _merged(values: tuple[Value, ...]) -> Value | None:
    if not values:
        return None
    if all(v == values[0] for v in values):
        return values[0]
    types = {v.type for v in values}
    return Value(type=types.pop()) if len(types) == 1 and None not in types else None


def values_of(view: FileView, node: cst.CSTNode, depth: int = 0) -> tuple[Value, ...]:
    """All values an original expression may hold, one for each place they come from; empty if one is unknown."""
    if depth > 40:
        return ()
    kind = type(node)
    text = _LITERALS.get(kind)
    if text is not None:
        return (Value(type=Type(text, view.facts.module)),)
    reader = _READERS.get(kind)
    return reader(view, node, depth) if reader is not None else ()


#: Types of expressions that show in their syntax.
_LITERALS: dict[type, str] = {
    cst.Comparison: "bool",
    cst.Integer: "int",
    cst.Float: "float",
    cst.SimpleString: "str",
    cst.ConcatenatedString: "str",
    cst.FormattedString: "str",
}


#: Stands for the value of a name while its own bindings are followed (``r = r.with_overrides(...)``).
_CYCLE = Value()


def _all(found: list[tuple[Value, ...]]) -> tuple[Value, ...]:
    """The union of alternatives; empty if one of them is unknown."""
    if not all(found):
        return ()
    return tuple(dict.fromkeys(value for values in found for value in values if value is not _CYCLE))


def _each(owners: tuple[Value, ...], part: Callable[[Value], Value | None]) -> tuple[Value, ...]:
    found = [part(owner) for owner in owners if owner is not _CYCLE]
    return tuple(dict.fromkeys(v for v in found if v is not None)) if all(v is not None for v in found) else ()


def _container(elements: list[tuple[Value, ...]]) -> tuple[Value, ...]:
    items = _all(elements)
    return (Value(items=items),) if items else ()


def type_name(view: FileView, node: cst.CSTNode) -> str:
    """The canonical name of the type of an expression, ``Optional`` and ``Annotated`` taken off; empty if unknown."""
    value = value_of(view, node)
    if value is None or value.type is None:
        return ""
    return value.type.bare(view).name(view)


def _known_name(view: FileView, node: cst.Name, depth: int) -> tuple[Value, ...]:
    known: dict[cst.Name, tuple[Value, ...]] = view.values
    if node not in known:
        known[node] = (_CYCLE,)
        known[node] = _name(view, node, depth)
    return known[node]


def _of_attribute(view: FileView, node: cst.Attribute, depth: int) -> tuple[Value, ...]:
    return _each(values_of(view, node.value, depth + 1), lambda owner: _attribute(view, owner, node.attr.value))


def _either(view: FileView, node: cst.IfExp, depth: int) -> tuple[Value, ...]:
    return _all([values_of(view, node.body, depth + 1), values_of(view, node.orelse, depth + 1)])


def _last(view: FileView, node: cst.BinaryOperation, depth: int) -> tuple[Value, ...]:
    """`a >> b` gives b."""
    return values_of(view, node.right, depth + 1) if isinstance(node.operator, cst.RightShift) else ()


def _display(view: FileView, node: cst.List | cst.Tuple | cst.Set | cst.Dict, depth: int) -> tuple[Value, ...]:
    return _container([values_of(view, e.value, depth + 1) for e in node.elements])


def _comprehension(
    view: FileView, node: cst.ListComp | cst.SetComp | cst.GeneratorExp, depth: int
) -> tuple[Value, ...]:
    return _container([values_of(view, node.elt, depth + 1)])


def _name(view: FileView, node: cst.Name, depth: int) -> tuple[Value, ...]:
    bindings = [binding for binding in view.bindings(node) if not _declares_only(binding)]
    appended = _appended(view, node, depth)
    if appended:
        bindings = [b for b in bindings if not _is_empty_container(b.value)]
    found = [_binding(view, binding, depth) for binding in bindings]
    return _all(found + ([_container(appended)] if appended else []))


def _declares_only(binding: Binding) -> bool:
    return isinstance(binding.node, cst.AnnAssign) and binding.node.value is None


def _is_empty_container(node: cst.BaseExpression | None) -> bool:
    return isinstance(node, (cst.List, cst.Dict)) and not node.elements


def _appended(view: FileView, node: cst.Name, depth: int) -> list[tuple[Value, ...]]:
    """The values put into a list or dictionary by ``name.append(value)`` and ``name[key] = value``."""
    found: list[tuple[Value, ...]] = []
    if not any(_is_empty_container(b.value) for b in view.bindings(node)):
        return found
    owner = view.scope_at[node].owner(node.value)
    for use in view.occurrences.get(node.value, ()):
        if view.scope_at[use].owner(node.value) is not owner:
            continue
        parent = view.parent(use)
        outer = view.parent(parent) if parent is not None else None
        if isinstance(parent, cst.Attribute) and isinstance(outer, cst.Call) and outer.func is parent and outer.args:
            if parent.attr.value == "append":
                found.append(values_of(view, outer.args[0].value, depth + 1))
        elif isinstance(parent, cst.Subscript) and isinstance(outer, cst.AssignTarget):
            assign = view.parent(outer)
            if isinstance(assign, cst.Assign):
                found.append(values_of(view, assign.value, depth + 1))
    return found


def _binding(view: FileView, binding: Binding, depth: int) -> tuple[Value, ...]:
    node = binding.node
    if isinstance(node, cst.Param):
        if node.annotation is None or (isinstance(node.star, str) and node.star):
            return ()
        return (Value(type=Type(code(node.annotation.annotation), view.facts.module)),)
    if isinstance(node, cst.AnnAssign):
        known = values_of(view, node.value, depth + 1) if node.value is not None else ()
        return known or (Value(type=Type(code(node.annotation.annotation), view.facts.module)),)
    if binding.kind == "assign" and binding.value is not None:
        return values_of(view, binding.value, depth + 1)
    if binding.kind == "unpack" and binding.value is not None:
        return _unpacked(view, binding.value, binding.path, depth)
    if isinstance(node, (cst.For, cst.CompFor)):
        return _iterated(view, node.iter, binding.path, depth)
    return ()


def _iterated(view: FileView, node: cst.BaseExpression, path: tuple[int, ...], depth: int) -> tuple[Value, ...]:
    """What a loop variable holds, through ``enumerate``, ``zip`` and the views of a dictionary."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and not view.bindings(node.func) and path:
        if node.func.value == "enumerate" and node.args and path[0] == 1:
            return _iterated(view, node.args[0].value, path[1:], depth + 1)
        if node.func.value == "zip" and path[0] < len(node.args):
            return _iterated(view, node.args[path[0]].value, path[1:], depth + 1)
        return ()
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and not node.args:
        if node.func.attr.value == "values":
            return _iterated(view, node.func.value, path, depth + 1)
        if node.func.attr.value == "items" and path[:1] == (1,):
            return _iterated(view, node.func.value, path[1:], depth + 1)
    found = _all([_elements(view, owner) for owner in values_of(view, node, depth + 1)])
    return _all([_outputs(owner, path) for owner in found]) if path else found


def _elements(view: FileView, owner: Value) -> tuple[Value, ...]:
    if owner.items:
        return owner.items
    element = owner.type.element(view) if owner.type is not None else None
    return (Value(type=element),) if element is not None else ()


def _outputs(owner: Value, path: tuple[int, ...]) -> tuple[Value, ...]:
    """What unpacking a whole result gives at a position."""
    if owner.outputs is not None and owner.task is not None and len(path) == 1 and path[0] < owner.outputs.count:
        return (output_of(owner.task, path[0]),)
    return ()


def _unpacked(view: FileView, value: cst.BaseExpression, path: tuple[int, ...], depth: int) -> tuple[Value, ...]:
    parts = _parts(view, value)
    if parts:
        if path[0] >= len(parts):
            return ()
        inner = parts[path[0]]
        return _unpacked(view, inner, path[1:], depth + 1) if len(path) > 1 else values_of(view, inner, depth + 1)
    if len(path) != 1:
        return ()
    return _all([_outputs(w, path) or _elements(view, w) for w in values_of(view, value, depth + 1)])


def _parts(view: FileView, value: cst.BaseExpression) -> list[cst.BaseExpression]:
    """The expressions that unpacking a display or ``await asyncio.gather(...)`` gives, in order."""
    if isinstance(value, (cst.Tuple, cst.List)):
        starred = any(isinstance(e, cst.StarredElement) for e in value.elements)
        return [] if starred else [e.value for e in value.elements]
    if isinstance(value, cst.Await) and isinstance(value.expression, cst.Call):
        call = value.expression
        if view.qualified(call.func) == "asyncio.gather" and not any(a.star for a in call.args):
            return [a.value for a in call.args if a.keyword is None]
    return []


def _call(view: FileView, node: cst.Call, depth: int) -> tuple[Value, ...]:
    function = node.func
    task = called_task(view, function)
    if task is not None:
        return (result_of(task),)
    if alternatives := _alternatives(view, function):
        return tuple(dict.fromkeys(result_of(task) for task in alternatives))
    canonical = view.canonical(function)
    if canonical == "flytekit.core.node_creation.create_node" and node.args:
        target = called_task(view, node.args[0].value)
        return (replace(result_of(target), node=True),) if target is not None else ()
    if isinstance(function, cst.Attribute) and function.attr.value == "with_overrides":
        return values_of(view, function.value, depth + 1)
    mapped = mapped_task(view, function)
    if mapped is not None:
        element = mapped.outputs.fields[0].annotation if mapped.outputs.count == 1 else ""
        return (Value(task=mapped, mapped=True, type=Type(f"list[{element}]", mapped.module) if element else None),)
    branches = conditional_branches(view, node)
    if branches:
        return _all([values_of(view, branch, depth + 1) for branch in branches])
    if view.qualified(function) == "asyncio.gather":
        return _container([_gathered(view, arg, depth) for arg in node.args if arg.keyword is None])
    if canonical and canonical.rpartition(".")[2][:1].isupper():
        return (Value(type=Type(code(function), view.facts.module)),)
    return _plain_call(view, function, depth)


def _alternatives(view: FileView, function: cst.CSTNode) -> list[Task]:
    """The tasks of which a call runs one: ``step = a if fast else b``, or a loop over a list of tasks."""
    bindings = view.bindings(function) if isinstance(function, cst.Name) else ()
    if len(bindings) != 1:
        return []
    binding = bindings[0]
    choices: list[cst.BaseExpression] = []
    if isinstance(binding.value, cst.IfExp) and binding.kind == "assign":
        choices = [binding.value.body, binding.value.orelse]
    elif isinstance(binding.node, (cst.For, cst.CompFor)) and not binding.path:
        choices = _parts(view, binding.node.iter)
    found = [called_task(view, choice) for choice in choices]
    tasks = [task for task in found if task is not None]
    return tasks if len(tasks) == len(found) else []


def _gathered(view: FileView, arg: cst.Arg, depth: int) -> tuple[Value, ...]:
    values = values_of(view, arg.value, depth + 1)
    return _all([v.items for v in values]) if arg.star else values


def _plain_call(view: FileView, function: cst.CSTNode, depth: int) -> tuple[Value, ...]:
    """A call of an ordinary function of the project: the results of tasks that it returns, else its annotation."""
    name = view.qualified(function)
    definition = view.index.definition(name, view.facts.module) if name else None
    if definition is None or definition.function is None:
        return ()
    if definition.module is view.facts:
        returned = _returned(view, definition.function.key, depth)
        if returned and all(v.task is not None for v in returned):
            return returned
    if definition.function.returns:
        return (Value(type=Type(definition.function.returns, definition.module.module)),)
    return ()


def _returned(view: FileView, key: str, depth: int) -> tuple[Value, ...]:
    node = next((n for n, k in view.functions if k == key), None)
    if node is None or depth > 10:
        return ()
    found = [values_of(view, r.value, depth + 1) if r.value else () for r in view.returns.get(node, ())]
    return _all(found) if found else ()


#: Attributes of a task that hold, or run, its plain function.
_FUNCTIONS = frozenset({"task_function", "__wrapped__", "_workflow_function", "execute"})


def called_task(view: FileView, function: cst.CSTNode) -> Task | None:
    """The task that calling this expression runs: a task by name, a launch plan of it, or ``t.override(...)``."""
    if function not in view.called_tasks:
        view.called_tasks[function] = _called_task(view, function)
    return view.called_tasks[function]


def unwrapped_task(view: FileView, function: cst.CSTNode) -> Task | None:
    """The task whose plain function an expression is: ``t.task_function``, ``t.__wrapped__``, ``t.execute``."""
    if not isinstance(function, cst.Attribute) or function.attr.value not in _FUNCTIONS:
        return None
    return view.task_of(function.value)


def _called_task(view: FileView, function: cst.CSTNode) -> Task | None:
    kind = type(function)
    if kind is cst.Call:
        assert isinstance(function, cst.Call)
        if isinstance(function.func, cst.Attribute) and function.func.attr.value == "override":
            return called_task(view, function.func.value)
        if view.canonical(function.func) in ("flytekit.LaunchPlan.get_or_create", "flytekit.LaunchPlan.create"):
            for arg in function.args:
                task = called_task(view, arg.value)
                if task is not None:
                    return task
        return None
    if kind is cst.Attribute and function.attr.value == "aio":  # type: ignore[attr-defined]
        return called_task(view, function.value)  # type: ignore[attr-defined]
    task = named_task(view, function)
    if task is not None:
        return task
    name = view.qualified(function)
    plan = view.index.plan(name, view.facts.module) if name else None
    if plan is not None and plan.workflow:
        return view.index.tasks.get(plan.workflow)
    if isinstance(function, cst.Name):
        for binding in view.bindings(function):
            value = binding.value if binding.kind == "assign" else None
            if isinstance(value, cst.Call) and view.canonical(value.func).startswith("flytekit.LaunchPlan."):
                return called_task(view, value)
    return None


def named_task(view: FileView, node: cst.CSTNode) -> Task | None:
    """The task that a name stands for, also one that is assigned once: ``step = square``."""
    task = view.task_of(node)
    bindings = view.bindings(node) if task is None and isinstance(node, cst.Name) else ()
    value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
    return view.task_of(value) if isinstance(value, (cst.Name, cst.Attribute)) else task


def mapped_task(view: FileView, function: cst.CSTNode, depth: int = 0) -> Task | None:
    """The task that a ``map_task(...)`` expression (or a variable holding one) maps, through ``partial``; else None."""
    kind = type(function)
    if depth > 10:
        return None
    if kind is cst.Call:
        assert isinstance(function, cst.Call)
        if view.canonical(function.func) == "flytekit.map_task" and function.args:
            return partial_target(view, function.args[0].value)
        return None
    if kind is cst.Name:
        assert isinstance(function, cst.Name)
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
    while type(item) is cst.Call and type(item.func) is cst.Attribute:
        assert isinstance(item, cst.Call) and isinstance(item.func, cst.Attribute)
        if item.func.attr.value == "then" and item.args:
            found.insert(0, item.args[0].value)
        item = item.func.value
    if isinstance(item, cst.Call) and view.canonical(item.func) == "flytekit.conditional":
        return found
    return []


def _attribute(view: FileView, owner: Value, name: str) -> Value | None:
    if owner.outputs is not None and owner.task is not None:
        position = owner.outputs.position(name)
        if position is not None and (owner.node or owner.outputs.named or owner.outputs.is_tuple):
            return output_of(owner.task, position)
        if owner.node and name == "outputs":
            return owner
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


def _subscript(view: FileView, node: cst.Subscript, depth: int) -> tuple[Value, ...]:
    if len(node.slice) != 1 or not isinstance(node.slice[0].slice, cst.Index):
        return ()
    key = node.slice[0].slice.value
    shown = _shown(view, node.value, key)
    if shown is not None:
        return values_of(view, shown, depth + 1)

    def part(owner: Value) -> tuple[Value, ...]:
        if owner.outputs is not None and owner.task is not None:
            position = _position(owner.outputs, key)
            if position is not None:
                return (output_of(owner.task, position),)
        return _elements(view, owner)

    return _all([part(owner) for owner in values_of(view, node.value, depth + 1) if owner is not _CYCLE])


def _shown(view: FileView, node: cst.BaseExpression, key: cst.BaseExpression) -> cst.BaseExpression | None:
    """What a display that a name is bound to once, and that only subscripts read, has under a literal key."""
    bindings = view.bindings(node) if isinstance(node, cst.Name) else ()
    if len(bindings) != 1 or bindings[0].kind != "assign" or not isinstance(node, cst.Name):
        return None
    found = _under(bindings[0].value, key)
    if found is None:
        return None
    owner = view.scope_at[node].owner(node.value)
    for use in view.occurrences.get(node.value, ()):
        if view.scope_at[use].owner(node.value) is owner and not view.is_binding_position(use):
            item = view.parent(use)
            if not isinstance(item, cst.Subscript) or isinstance(view.parent(item), (cst.AssignTarget, cst.AugAssign)):
                return None
    return found


def _under(display: cst.BaseExpression | None, key: cst.BaseExpression) -> cst.BaseExpression | None:
    """The expression that a dictionary has under a literal key, or a list at a literal position."""
    if isinstance(display, cst.Dict):
        wanted = string_value(key)
        if wanted is None or not all(isinstance(e, cst.DictElement) for e in display.elements):
            return None
        values = [e.value for e in display.elements if isinstance(e, cst.DictElement) and string_value(e.key) == wanted]
        return values[0] if len(values) == 1 else None
    if isinstance(display, (cst.List, cst.Tuple)) and isinstance(key, cst.Integer):
        position = int(key.value)
        starred = any(isinstance(e, cst.StarredElement) for e in display.elements)
        return display.elements[position].value if not starred and position < len(display.elements) else None
    return None


def _position(outputs: Outputs, key: cst.BaseExpression) -> int | None:
    """The output that ``result[0]`` or ``node.outputs["o0"]`` asks for."""
    name = string_value(key)
    if name is not None:
        return outputs.position(name)
    if isinstance(key, cst.Integer) and (outputs.named or outputs.is_tuple) and int(key.value) < outputs.count:
        return int(key.value)
    return None


_READERS: dict[type, Callable[[FileView, Any, int], tuple[Value, ...]]] = {
    cst.Name: _known_name,
    cst.Call: _call,
    cst.Attribute: _of_attribute,
    cst.Subscript: _subscript,
    cst.Await: lambda view, node, depth: values_of(view, node.expression, depth + 1),
    cst.IfExp: _either,
    cst.NamedExpr: lambda view, node, depth: values_of(view, node.value, depth + 1),
    cst.BinaryOperation: _last,
    cst.List: _display,
    cst.Tuple: _display,
    cst.Set: _display,
    cst.Dict: _display,
    cst.ListComp: _comprehension,
    cst.SetComp: _comprehension,
    cst.GeneratorExp: _comprehension,
    cst.DictComp: lambda view, node, depth: _container([values_of(view, node.value, depth + 1)]),
}
