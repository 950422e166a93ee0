"""``flyte.map(...)`` as it is read for a coroutine function: task, lists, fixed arguments, options (MAP-01…25)."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from flyte_migrate.asynchronous.units import Callee, Units
from flyte_migrate.rewrite.view import FileView

_OPTIONS = frozenset({"return_exceptions", "concurrency"})
_STABLE = (cst.Name, cst.Attribute, cst.Integer, cst.Float, cst.SimpleString)


@dataclass(frozen=True)
class Map:
    """A ``flyte.map`` call. ``parameters`` are all that get a value, in order; nodes are original ones.

    ``is_plain`` is false for one whose calls can't be written out; nothing but ``node`` is meaningful then.
    ``concurrency`` is None for no limit, ``errors`` the value of ``return_exceptions`` unless that is False.
    """

    node: cst.Call
    is_plain: bool
    name: str = ""
    function: cst.BaseExpression = field(default_factory=lambda: cst.Name("_"))
    is_async: bool = False
    parameters: tuple[str, ...] = ()
    lists: dict[str, cst.BaseExpression] = field(default_factory=dict)
    constants: dict[str, cst.BaseExpression] = field(default_factory=dict)
    concurrency: cst.BaseExpression | None = None
    errors: cst.BaseExpression | None = None
    annotations: dict[str, str] = field(default_factory=dict)
    returns: str = ""

    def is_stable(self, node: cst.BaseExpression) -> bool:
        """Whether a value may be written into every call: it costs nothing and is the same each time."""
        return isinstance(node, _STABLE)


def read_map(view: FileView, units: Units, node: cst.Call) -> Map:
    """What ``flyte.map(...)`` does."""
    unread = Map(node, False)
    if any(a.star for a in node.args):
        return unread
    options = {a.keyword.value: a.value for a in node.args if a.keyword is not None}
    positional = [a.value for a in node.args if a.keyword is None]
    if set(options) - _OPTIONS or len(positional) < 2:
        return unread
    function, prefix, bound = _partial(view, positional[0])
    callee = units.callee(function)
    if callee is None or callee.task is None:
        return unread
    names = [p.name for p in callee.function.parameters if p.kind in ("positional", "keyword")]
    given = [*prefix, *positional[1:]]
    if (
        len(given) > len(names)
        or len(names) != len(callee.function.parameters)
        or set(bound) - set(names[len(given) :])
    ):
        return unread
    lists: dict[str, cst.BaseExpression] = {}
    constants: dict[str, cst.BaseExpression] = {}
    for position, (name, value) in enumerate(zip(names, given, strict=False)):
        repeated = _repeated(view, value) if position >= len(prefix) else value
        if repeated is not None:
            constants[name] = repeated
        else:
            lists[name] = value
    constants |= bound
    if not lists:
        return unread
    annotations, returns = _types(view, callee)
    errors = options.get("return_exceptions")
    return Map(
        node,
        True,
        callee.function.name,
        function,
        units.is_async(callee),
        tuple(n for n in names if n in lists or n in constants),
        lists,
        constants,
        _limit(options.get("concurrency")),
        cst.Name("True") if errors is None else None if _is_false(errors) else errors,
        annotations,
        returns,
    )


def partial_holder(view: FileView, node: cst.BaseExpression) -> cst.Call | None:
    """The ``functools.partial(...)`` call behind a variable that holds nothing else."""
    if isinstance(node, cst.Name):
        bindings = view.bindings(node)
        if len(bindings) == 1 and bindings[0].kind == "assign" and isinstance(bindings[0].value, cst.Call):
            value = bindings[0].value
            if view.qualified(value.func) == "functools.partial" and value.args and not any(a.star for a in value.args):
                return value
    return None


def _partial(
    view: FileView, node: cst.BaseExpression
) -> tuple[cst.BaseExpression, list[cst.BaseExpression], dict[str, cst.BaseExpression]]:
    """The task of ``partial(task, …)``, or of a variable with it; what it fixes by position and by keyword."""
    holder = partial_holder(view, node)
    if holder is not None and all(_movable(view, a.value) for a in holder.args):
        node = holder
    if (
        isinstance(node, cst.Call)
        and view.qualified(node.func) == "functools.partial"
        and node.args
        and not any(a.star for a in node.args)
    ):
        prefix = [a.value for a in node.args[1:] if a.keyword is None]
        return node.args[0].value, prefix, {a.keyword.value: a.value for a in node.args if a.keyword is not None}
    return node, [], {}


def _movable(view: FileView, node: cst.BaseExpression) -> bool:
    """Whether a value is the same wherever it is read: a constant, or a name that is bound once."""
    while isinstance(node, cst.Attribute):
        node = node.value
    if isinstance(node, cst.Name):
        return len(view.bindings(node)) <= 1
    return isinstance(node, (cst.Integer, cst.Float, cst.SimpleString))


def _repeated(view: FileView, node: cst.BaseExpression) -> cst.BaseExpression | None:
    """The value of ``itertools.repeat(value)``."""
    if (
        isinstance(node, cst.Call)
        and view.qualified(node.func) == "itertools.repeat"
        and len(node.args) == 1
        and not node.args[0].star
    ):
        return node.args[0].value
    return None


def _limit(node: cst.BaseExpression | None) -> cst.BaseExpression | None:
    """The limit of a map's concurrency; 0 means none, and ``n or 0`` is ``n`` where that is."""
    if node is None or _is_zero(node):
        return None
    if isinstance(node, cst.BooleanOperation) and isinstance(node.operator, cst.Or) and _is_zero(node.right):
        return node.left
    return node


def _is_zero(node: cst.BaseExpression) -> bool:
    return (isinstance(node, cst.Integer) and node.evaluated_value == 0) or (
        isinstance(node, cst.Name) and node.value == "None"
    )


def _is_false(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and node.value == "False"


def _types(view: FileView, callee: Callee) -> tuple[dict[str, str], str]:
    """The annotations of a task, if they mean the same in this file."""
    if callee.task is None or callee.task.module != view.facts.module or "." in callee.function.key:
        return {}, ""
    return {p.name: p.annotation for p in callee.function.parameters if p.annotation}, callee.function.returns or ""
