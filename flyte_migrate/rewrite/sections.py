"""The source text of a file by top-level statement, for what need not be printed, and for what is parsed again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import libcst as cst

from flyte_migrate.project.source import source_lines


class Sections:
    """The top-level statements of a file with their first lines (:attr:`ModuleFacts.statements`).

    Empty where these don't fit the tree.
    """

    def __init__(self, tree: cst.Module, text: str, starts: Sequence[int]) -> None:
        self.tree, self.text = tree, text
        #: The line on which a statement begins, and that on which the next one does.
        self.lines: dict[cst.CSTNode, tuple[int, int]] = {}
        number = 0
        for statement in tree.body:
            begin = number
            number += len(statement.body) if isinstance(statement, cst.SimpleStatementLine) else 1  # `a; b` is one
            if number > len(starts):
                break
            self.lines[statement] = (starts[begin], starts[number] if number < len(starts) else self._end)
        if number != len(starts):
            self.lines = {}

    @cached_property
    def _lines(self) -> list[str]:
        return source_lines(self.text)

    @cached_property
    def _end(self) -> int:
        """The line on which the file's footer begins; if there is none, that after the last line."""
        return len(self._lines) + 1 - len(self.tree.footer)

    def source(self, statement: cst.CSTNode) -> str:
        """The lines of a statement and, perhaps, what stands above the next one."""
        begin, end = self.lines[statement]
        return "".join(self._lines[begin - 1 : end - 1])

    @cached_property
    def printed(self) -> dict[cst.CSTNode, str]:
        """What libcst prints for each statement, the lines above it included.

        Empty for a file without a final newline, whose last statement is printed with one.
        """
        found: dict[cst.CSTNode, str] = {}
        if not self.lines or not self.tree.has_trailing_newline:
            return found
        known = [(s, begin - len(_leading(s))) for s, (begin, _) in self.lines.items()]
        for (statement, begin), (_, end) in zip(known, [*known[1:], (self.tree, self._end)], strict=True):
            found[statement] = "".join(self._lines[begin - 1 : end - 1])
        return found


def _leading(statement: cst.CSTNode) -> Sequence[cst.EmptyLine]:
    lines: Sequence[cst.EmptyLine] = getattr(statement, "leading_lines", ())
    return lines
