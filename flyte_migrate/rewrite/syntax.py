"""A plain walk over the trees of :mod:`ast`, at half the cost of ``ast.walk``."""

from __future__ import annotations

import ast

_LEAVES = frozenset({ast.Name, ast.Constant, ast.Pass, ast.Break, ast.Continue, ast.Global, ast.Nonlocal, ast.alias})
#: Fields that hold contexts, operators and plain values in every class that has them.
_PLAIN = frozenset(
    {
        *("ctx", "op", "ops", "id", "attr", "arg", "kind", "level", "module", "asname"),
        *("type_comment", "conversion", "is_async", "simple"),
    }
)
_fields: dict[type, tuple[str, ...]] = {}


def syntax_nodes(tree: ast.AST) -> list[ast.AST]:
    """The node and all nodes below it but contexts and operators, in no particular order."""
    found = [tree]
    for node in found:  # which grows
        kind = type(node)
        if kind in _LEAVES:
            continue
        names = _fields.get(kind)
        if names is None:
            names = _fields[kind] = tuple(name for name in kind._fields if name not in _PLAIN)
        for name in names:
            value = getattr(node, name, None)
            if type(value) is list:
                found += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST):
                found.append(value)
    return found
