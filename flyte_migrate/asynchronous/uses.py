"""Who calls which function of the project, and which are handed around as values: what colours follow from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import libcst as cst

from flyte_migrate.asynchronous.units import Callee, Units, callee_of
from flyte_migrate.rewrite.view import FileView
from flyte_migrate.rewrite.walk import walk

#: ``run``: handed to the SDK, which takes coroutine functions as well as others.
UseKind = Literal["call", "run", "value"]

#: Attributes of a task through which its function is called directly.
DIRECT = frozenset({"func", "forward"})

#: Builtins that look at a function without calling it.
_SHOWING = frozenset({"print", "repr", "str", "type", "isinstance", "id"})


@dataclass(frozen=True)
class Use:
    """One mention of a function. ``caller`` is the innermost function around it, empty at module level.

    A call with a ``where`` stands where nothing can be awaited, so it has to be outside a run.
    """

    module: str
    caller: str
    callee: str
    kind: UseKind
    where: str = ""  # what happens to it there, for the report


@dataclass(frozen=True)
class FileUses:
    """All mentions in one file.

    ``blocking`` are the functions that block by themselves: they call the SDK or map tasks; ``catching`` those that
    catch an error class of the SDK.
    """

    uses: tuple[Use, ...]
    blocking: frozenset[str]
    generators: frozenset[str]
    catching: frozenset[str]


def uses_in(view: FileView) -> FileUses:
    """The uses of project functions in a file."""
    units = Units(view, frozenset())
    found = tuple(use for name in view.names if (use := _use(view, units, name)) is not None)
    blocking = set()
    for node in view.by_type.get(cst.Call, ()):
        if units.kind(node) in ("map", "sdk", "method", "wrapped") or units.reports(node):
            blocking.add(_caller(view, node))
    generators = frozenset(_caller(view, node) for node in view.by_type.get(cst.Yield, ()))
    catching = frozenset(
        _caller(view, node)
        for node in view.by_type.get(cst.Try, ())
        if any(_is_run_error(view, kind) for kind in _handled(node))
    )
    return FileUses(found, frozenset(blocking - {""}), generators, catching - {""})


def _use(view: FileView, units: Units, name: cst.Name) -> Use | None:
    chain: cst.BaseExpression = name
    callee: Callee | None = None
    while True:
        callee = callee_of(view, chain)
        parent = view.parent(chain)
        if callee is not None or not (isinstance(parent, cst.Attribute) and parent.value is chain):
            break
        chain = parent
    if callee is None or isinstance(view.parent(name), (cst.AssignTarget, cst.Global, cst.Nonlocal, cst.NameItem)):
        return None
    kind, where = _kind(view, chain)
    if kind is None:
        return None
    if kind == "call":
        where = _unawaitable(view, chain)
        if where and any(isinstance(a, cst.FunctionDef) and a.asynchronous is not None for a in view.ancestors(chain)):
            kind = "value"
    if kind == "call" and callee.task is None and expects_run_error(view, chain):
        kind, where = "value", "is called where the error of a run is caught"
    return Use(view.facts.module, _caller(view, chain), callee.qualified, kind, where)


def _kind(view: FileView, node: cst.BaseExpression) -> tuple[UseKind | None, str]:
    parent = view.parent(node)
    if isinstance(parent, cst.Call) and parent.func is node:
        return "call", ""
    if isinstance(parent, cst.Attribute) and parent.value is node:
        outer = view.parent(parent)
        called = isinstance(outer, cst.Call) and outer.func is parent
        if parent.attr.value == "override" and called:
            assert isinstance(outer, cst.Call)
            return _kind(view, outer)
        if parent.attr.value in (*DIRECT, "aio"):
            return ("call", "") if called else ("value", "is passed on as a value")
        return None, ""
    if isinstance(parent, cst.FormattedStringExpression):
        return None, ""
    if isinstance(parent, cst.Assign) and _is_other_name(view, parent):
        return None, ""
    if isinstance(parent, cst.Arg):
        call = view.parent(parent)
        if isinstance(call, cst.Call):
            if isinstance(call.func, cst.Name) and call.func.value in _SHOWING and not view.bindings(call.func):
                return None, ""
            return _argument(view, call)
    return "value", "is passed on as a value"


def _is_other_name(view: FileView, assign: cst.Assign) -> bool:
    """Whether ``sq = square`` stands at the top level: what happens to ``sq`` is seen where it is used."""
    target = assign.targets[0].target
    if len(assign.targets) != 1 or not isinstance(target, cst.Name):
        return False
    name = f"{view.facts.module}.{target.value}"
    definition = view.index.original(name, view.facts.module)
    at_top = isinstance(line := view.parent(assign), cst.SimpleStatementLine) and view.parent(line) is view.tree
    return at_top and definition is not None and definition.function is not None


def _argument(view: FileView, call: cst.Call) -> tuple[UseKind | None, str]:
    """An argument of the SDK, or of a partial that goes there."""
    name = view.qualified(call.func) or _root_name(view, call.func)
    if name.split(".")[0] in ("flyte", "flyteplugins"):
        return "run", ""
    if name == "functools.partial":
        parent = view.parent(call)
        outer = view.parent(parent) if isinstance(parent, cst.Arg) else None
        if isinstance(outer, cst.Call):
            return _argument(view, outer)
        if isinstance(parent, cst.Assign):
            return _partial_variable(view, parent)
    return "value", "is passed on as a value"


def _partial_variable(view: FileView, assign: cst.Assign) -> tuple[UseKind | None, str]:
    """A partial in a variable is fine if all that happens to it is being mapped."""
    target = assign.targets[0].target
    scope = next((view.scope_of[a] for a in view.ancestors(assign) if a in view.scope_of), view.module_scope)
    if len(assign.targets) == 1 and isinstance(target, cst.Name):
        for use in view.uses_of(target.value, scope):
            parent = view.parent(use)
            outer = view.parent(parent) if isinstance(parent, cst.Arg) else None
            if isinstance(parent, cst.Attribute) and parent.attr.value in ("keywords", "func"):
                continue
            if not isinstance(outer, cst.Call) or not (view.qualified(outer.func) or "").startswith("flyte."):
                return "value", "is passed on as a value"
        return "run", ""
    return "value", "is passed on as a value"


def _root_name(view: FileView, node: cst.BaseExpression) -> str:
    """The name at the start of ``flyte.with_runcontext(...).run``."""
    while isinstance(node, (cst.Attribute, cst.Call)):
        node = node.value if isinstance(node, cst.Attribute) else node.func
    if not isinstance(node, cst.Name):
        return ""
    bindings = view.bindings(node)
    if len(bindings) == 1 and bindings[0].kind == "assign" and isinstance(bindings[0].value, cst.Call):
        return _root_name(view, bindings[0].value)  # `context = flyte.with_runcontext(...)`
    imported = {b.target for b in bindings if b.kind == "import"}
    if len(imported) == 1 and all(b.kind == "import" for b in bindings):
        return imported.pop()  # once more in a script's block
    return view.qualified(node) or ""


def _unawaitable(view: FileView, node: cst.CSTNode) -> str:
    """Why nothing can be awaited where a call stands; empty if it can, or if it is done when the module is imported."""
    found, inner = "", node
    for ancestor in view.ancestors(node):
        if isinstance(ancestor, cst.Lambda):
            return "is called in a lambda"
        if isinstance(ancestor, cst.FunctionDef) and inner is ancestor.body:
            return found
        if isinstance(ancestor, cst.ClassDef):
            found = "is called in the body of a class"
        inner = ancestor
    return ""


def expects_run_error(view: FileView, node: cst.CSTNode) -> bool:
    """Whether the code around a node in its function catches an error class of the SDK (``pytest.raises``, ``except``).

    A sync task raises it when it is called outside a run, a coroutine function the error itself (TRAP-31).
    """
    inner = node
    for ancestor in view.ancestors(node):
        if isinstance(ancestor, cst.FunctionDef):
            return False
        caught: Iterable[cst.CSTNode] = ()
        if isinstance(ancestor, cst.With) and inner is ancestor.body:
            calls = [item.item for item in ancestor.items if isinstance(item.item, cst.Call)]
            caught = [call.args[0].value for call in calls if call.args]
        elif isinstance(ancestor, cst.Try) and inner is ancestor.body:
            caught = _handled(ancestor)
        if any(_is_run_error(view, kind) for kind in caught):
            return True
        inner = ancestor
    return False


def _handled(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """What the ``except`` clauses of a ``try`` statement name, or ask the error for in their bodies."""
    assert isinstance(node, cst.Try)
    for handler in node.handlers:
        if handler.type is not None:
            yield handler.type
        if handler.name is not None:
            yield from (part for part in walk(handler.body) if isinstance(part, cst.Attribute))


def _is_run_error(view: FileView, expression: cst.CSTNode) -> bool:
    kinds = [e.value for e in expression.elements] if isinstance(expression, cst.Tuple) else [expression]
    return any((view.qualified(kind) or "").startswith("flyte.errors.") for kind in kinds)


def _caller(view: FileView, node: cst.CSTNode) -> str:
    inner = node
    for ancestor in view.ancestors(node):
        if isinstance(ancestor, cst.FunctionDef) and inner is ancestor.body:
            return f"{view.facts.module}.{view.function_key(ancestor)}"
        inner = ancestor
    return ""


def outer_calls(view: FileView, units: Units) -> Iterator[tuple[cst.Call, Callee]]:
    """All calls of coroutine functions, with what they call; ``t.func(...)`` and ``t.aio(...)`` too."""
    for node in view.by_type.get(cst.Call, ()):
        assert isinstance(node, cst.Call)
        func: cst.BaseExpression = node.func
        if isinstance(func, cst.Attribute) and func.attr.value in (*DIRECT, "aio"):
            func = func.value
        callee = units.callee(func)
        if callee is not None and callee.qualified in units.asynchronous:
            yield node, callee
