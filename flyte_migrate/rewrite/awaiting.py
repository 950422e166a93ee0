"""How code calls tasks at a place: awaited where the function around it is, or becomes, async (TRAP-17)."""

from __future__ import annotations

import libcst as cst

from flyte_migrate.rewrite.template import parenthesized
from flyte_migrate.rewrite.view import FileView


def runs_async(view: FileView, node: cst.CSTNode) -> bool:
    """Whether an original node is executed by a coroutine function of the migrated code.

    A lambda and a sync function inside a coroutine function are not, nor are a function's decorators and defaults.
    """
    function = enclosing_function(view, node)
    return isinstance(function, cst.FunctionDef) and is_async(view, function)


def is_async(view: FileView, function: cst.FunctionDef) -> bool:
    """Whether a function of this file is a coroutine function in the migrated code."""
    return f"{view.facts.module}.{view.function_key(function)}" in view.colours.asynchronous


def enclosing_function(view: FileView, node: cst.CSTNode) -> cst.FunctionDef | cst.Lambda | None:
    """The function or lambda whose body holds a node."""
    inner = node
    for ancestor in view.ancestors(node):
        kind = type(ancestor)
        if kind is cst.FunctionDef or kind is cst.Lambda:
            assert isinstance(ancestor, (cst.FunctionDef, cst.Lambda))
            if ancestor.body is inner:
                return ancestor
        inner = ancestor
    return None


def awaited(view: FileView, node: cst.CSTNode, expression: cst.BaseExpression) -> cst.BaseExpression:
    """``await expression``, in parentheses if something is read from or called on the original node it stands for."""
    await_ = cst.Await(expression)
    parent = view.parent(node)
    while isinstance(parent, cst.Attribute) and parent.attr.value == "with_overrides":
        node = view.parent(parent) or parent  # the overrides move in front of the call
        parent = view.parent(node)
    reads = isinstance(parent, (cst.Attribute, cst.Subscript)) and parent.value is node
    called = isinstance(parent, cst.Call) and parent.func is node
    powered = isinstance(parent, cst.BinaryOperation) and isinstance(parent.operator, cst.Power)
    return parenthesized(await_) if reads or called or powered else await_


def with_aio(function: cst.BaseExpression) -> cst.Attribute:
    """``t`` → ``t.aio``."""
    return cst.Attribute(function, cst.Name("aio"))
