"""Comments that no rule has found a place for: they are put above what became of their statement."""

from __future__ import annotations

from collections import Counter

import libcst as cst

from flyte_migrate.rewrite.apply import Rewriter
from flyte_migrate.rewrite.gate import lost_comments


def with_all_comments(before: str, after: str, rewriter: Rewriter) -> str:
    """The migrated text with the comments that it has lost, above their statement or the one around that."""
    lost = lost_comments(before, after)
    places = _owners(rewriter.tree, lost) if lost else []
    while places:
        rescued: dict[cst.CSTNode, list[str]] = {}
        for statement, comment in places:
            rescued.setdefault(statement, []).append(comment)
        rewriter.plan.rescued = rescued
        after = rewriter.text()
        lost = lost_comments(before, after)
        further = [(_around(rewriter, s) if comment in lost else s, comment) for s, comment in places]
        if not lost or further == places:
            break
        places = further
    return after


def _around(rewriter: Rewriter, statement: cst.CSTNode) -> cst.CSTNode:
    """The statement that holds another one; a top-level one has none but itself."""
    item = rewriter.parents.get(statement)
    while item is not None and not isinstance(item, cst.BaseCompoundStatement):
        item = rewriter.parents.get(item)
    return item or statement


def _owners(tree: cst.Module, lost: Counter[str]) -> list[tuple[cst.CSTNode, str]]:
    """The innermost statement of each comment that was lost, in source order."""
    visitor = _Owners(lost)
    tree.visit(visitor)
    return visitor.found


class _Owners(cst.CSTVisitor):
    def __init__(self, lost: Counter[str]) -> None:
        self.lost = Counter(lost)
        self.statements: list[cst.CSTNode] = []
        self.found: list[tuple[cst.CSTNode, str]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, (cst.SimpleStatementLine, cst.BaseCompoundStatement)):
            self.statements.append(node)
        elif isinstance(node, cst.Comment) and self.statements:
            text = node.value.rstrip()
            if self.lost[text] > 0:
                self.lost[text] -= 1
                self.found.append((self.statements[-1], text))
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if self.statements and self.statements[-1] is original_node:
            self.statements.pop()
