"""Where the nodes of a libcst tree stand in their source: found by :mod:`ast`, in the top-level statements asked about.

libcst's own positions cost as much as a parse, and few nodes are asked about.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping, Sequence

import libcst as cst

from flyte_migrate.rewrite.sections import Sections
from flyte_migrate.rewrite.syntax import syntax_nodes

_CONSTANTS = frozenset({"None", "True", "False"})
#: Nodes whose names are texts in ``ast``.
_BINDS_TEXT = frozenset(
    {
        cst.NameItem,
        cst.MatchAs,
        cst.MatchStar,
        cst.MatchMapping,
        cst.TypeVar,
        cst.TypeVarTuple,
        cst.ParamSpec,
    }
)
#: Fields that hold statements, or nodes that do, from the last in the source to the first.
_BLOCKS = ("finalbody", "orelse", "handlers", "cases", "body")

Location = tuple[int, int]


class Positions:
    """(1-based line, 0-based column) of the statements and names of one file.

    ``names`` has its name nodes in source order, by top-level statement.
    """

    def __init__(
        self,
        sections: Sections,
        names: Mapping[cst.CSTNode, Sequence[cst.Name]],
        parents: Mapping[cst.CSTNode, cst.CSTNode],
    ) -> None:
        self.sections, self.names, self.parents = sections, names, parents
        self._aligned: set[cst.CSTNode] = set()
        self._found: dict[cst.CSTNode, Location] = {}

    def of(self, node: cst.CSTNode) -> Location:
        """The place of a node: of its first name, else of what holds it; the beginning of the file if all fails."""
        begin = self._first_line(node)
        if begin is not None:
            return (begin, 0)
        self._align(node)
        item: cst.CSTNode | None = node
        while item is not None:
            if item in self._found:
                return self._found[item]
            if isinstance(item, cst.Attribute):
                inner: cst.CSTNode = item
                while isinstance(inner, cst.Attribute):
                    inner = inner.value
                if inner in self._found:
                    return self._found[inner]
            item = self.parents.get(item)
        return (1, 0)

    def _first_line(self, node: cst.CSTNode) -> int | None:
        """The line of a top-level definition or block, or of the first statement on a top-level line."""
        lines = self.sections.lines
        if isinstance(node, cst.BaseCompoundStatement):
            return lines[node][0] if node in lines else None
        if not isinstance(node, cst.BaseSmallStatement):
            return None
        line = self.parents.get(node)
        if not isinstance(line, cst.SimpleStatementLine) or line not in lines or line.body[0] is not node:
            return None
        return lines[line][0]

    def _align(self, node: cst.CSTNode) -> None:
        """Find the places of everything in the top-level statement that holds a node."""
        top: cst.CSTNode | None = node
        while top is not None and top not in self.sections.lines:
            top = self.parents.get(top)
        if top is None or top in self._aligned:
            return
        self._aligned.add(top)
        first, _ = self.sections.lines[top]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            piece = ast.parse(self.sections.source(top))
        statements: list[Location] = []
        names: list[Location] = []
        for item in syntax_nodes(piece):
            if type(item) is ast.Name:
                names.append((item.lineno + first - 1, item.col_offset))
            elif isinstance(item, ast.stmt):
                line = item.lineno
                if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and item.decorator_list:
                    line = min(line, item.decorator_list[0].lineno)
                statements.append((line + first - 1, item.col_offset))
        statements.sort()
        names.sort()
        mine = list(_statement_nodes(top))
        if len(mine) == len(statements):
            self._found.update(zip(mine, statements, strict=True))
        read = [n for n in self.names[top] if self._is_ast_name(n)]
        if len(read) == len(names):
            self._found.update(zip(read, names, strict=True))

    def _is_ast_name(self, name: cst.Name) -> bool:
        """Whether ``ast`` has a node for a name: constants, and what ``except``, patterns and ``global`` bind, have
        none."""
        if name.value in _CONSTANTS:
            return False
        parent = self.parents[name]
        if type(parent) is cst.AsName:
            return type(self.parents[parent]) not in (cst.ExceptHandler, cst.ExceptStarHandler)
        if isinstance(parent, cst.MatchKeywordElement):
            return parent.key is not name
        return type(parent) not in _BINDS_TEXT


def _statement_nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """All statements, those on one line each by itself, in source order."""
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, cst.BaseSmallStatement):
            yield item
            continue
        if isinstance(item, cst.BaseCompoundStatement):
            yield item
        for name in _BLOCKS:
            below = getattr(item, name, None)
            if isinstance(below, cst.CSTNode):
                stack.append(below)
            elif below:
                stack.extend(reversed(below))
