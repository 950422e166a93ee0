"""A plain walk over the trees of :mod:`ast`, at half the cost of ``ast.walk``."""

from __future__ import annotations

import ast

_LEAVES = frozenset({ast.Name, ast.Constant, ast.Pass, ast.Break, ast.Continue, ast.Global, ast.Nonlocal})


def syntax_nodes(tree: ast.AST) -> list[ast.AST]:
    """The node and all nodes below it but contexts and operators, in no particular order."""
    found = [tree]
    for node in found:  # which grows
        if type(node) in _LEAVES:
            continue
        for value in node.__dict__.values():
            if type(value) is list:
                found += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST) and value._fields:
                found.append(value)
    return found
