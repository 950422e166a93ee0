"""A plain field walk over libcst trees: children in source order, whitespace left out.

libcst's own visitors cost several times a parse; this costs about a tenth of one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TypeGuard

import libcst as cst

#: Fields whose values never hold a name, a call or a statement.
_LAYOUT = frozenset(
    {
        "lpar",
        "rpar",
        "lbracket",
        "rbracket",
        "lbrace",
        "rbrace",
        "comma",
        "semicolon",
        "equal",
        "dot",
        "colon",
        "first_colon",
        "second_colon",
        "operator",
        "header",
        "footer",
        "leading_lines",
        "lines_after_decorators",
        "lines_after_module_docstring",
        "trailing_whitespace",
        "newline",
        "async_",
        "asynchronous",
        "indent",
        "star",
        "keyword_star",
        "encoding",
        "default_indent",
        "default_newline",
        "has_trailing_newline",
        "posonly_ind",
        "relative",
        "start",
        "end",
        "quote",
    }
)
#: Where libcst's field order is not source order.
_SOURCE_ORDER: dict[type, tuple[str, ...]] = {
    cst.FunctionDef: ("decorators", "name", "type_parameters", "params", "returns", "body"),
    cst.ClassDef: ("decorators", "name", "type_parameters", "bases", "keywords", "body"),
    cst.IfExp: ("body", "test", "orelse"),
    cst.Arg: ("keyword", "value"),
    cst.Parameters: ("posonly_params", "params", "star_arg", "kwonly_params", "star_kwarg"),
    cst.Slice: ("lower", "upper", "step"),
}
#: What fields hold that may hold nodes, too.
_NO_NODES = frozenset({type(None), str, bool, cst.MaybeSentinel})
_fields: dict[type, tuple[str, ...]] = {}


def fields_of(kind: type) -> tuple[str, ...]:
    """Names of the fields of a node class that may hold names, calls or statements, in source order."""
    known = _fields.get(kind)
    if known is None:
        known = _SOURCE_ORDER.get(kind) or tuple(
            f.name
            for f in dataclasses.fields(kind)
            if f.name not in _LAYOUT and not f.name.startswith("whitespace") and f.type not in ("str", "int")
        )
        _fields[kind] = known
    return known


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """Direct children in source order."""
    found: list[cst.CSTNode] = []
    names = _fields.get(type(node))
    for name in fields_of(type(node)) if names is None else names:
        value = getattr(node, name)
        kind = type(value)
        if kind is tuple or kind is list:
            found += value
        elif kind not in _NO_NODES:
            found.append(value)
    return found


_node_kinds: dict[type, bool] = {}


def is_node(value: object) -> TypeGuard[cst.CSTNode]:
    """``isinstance(value, cst.CSTNode)``, which is slow since the class is abstract."""
    kind = type(value)
    known = _node_kinds.get(kind)
    if known is None:
        known = _node_kinds[kind] = issubclass(kind, cst.CSTNode)
    return known


_layout_too: dict[type, tuple[str, ...]] = {}
_PLAIN = frozenset({cst.SimpleWhitespace, cst.MaybeSentinel})


def has_comment(node: cst.CSTNode) -> bool:
    """Whether there is a comment anywhere in a node, its whitespace included."""
    stack: list[object] = [node]
    while stack:
        item = stack.pop()
        kind = type(item)
        if kind is cst.Comment:
            return True
        names = _layout_too.get(kind)
        if names is None:
            assert is_node(item)
            names = tuple(f.name for f in dataclasses.fields(item) if f.type not in ("str", "int"))
            _layout_too[kind] = names
        for name in names:
            value = getattr(item, name)
            if not value:
                continue
            below = type(value)
            if below is tuple or below is list:
                stack += value
            elif below not in _PLAIN and is_node(value):
                stack.append(value)
    return False


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The node and all nodes below it, in source order."""
    stack = [node]
    while stack:
        item = stack.pop()
        yield item
        below = children(item)
        below.reverse()
        stack += below
