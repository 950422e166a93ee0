"""The source text of a file by top-level statement, for what need not be printed, and for what is parsed again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import libcst as cst

from flyte_migrate.project.source import source_lines


class Sections:
    """The top-level statements of a file with their first lines (:attr:`ModuleFacts.statements`) and those of their
    blocks (:attr:`ModuleFacts.bodies`).

    Empty where these don't fit the tree.
    """

    def __init__(self, tree: cst.Module, text: str, starts: Sequence[int], bodies: Sequence[int] = ()) -> None:
        self.tree, self.text = tree, text
        self._blocks: dict[cst.FunctionDef | cst.ClassDef, int] = {}
        #: The line on which a statement begins, and that on which the next one does.
        self.lines: dict[cst.CSTNode, tuple[int, int]] = {}
        number = 0
        for statement in tree.body:
            begin = number
            number += len(statement.body) if isinstance(statement, cst.SimpleStatementLine) else 1  # `a; b` is one
            if number > len(starts):
                break
            if len(bodies) == len(starts) and isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
                self._blocks[statement] = bodies[begin]
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
    def _spans(self) -> dict[cst.CSTNode, tuple[int, int]]:
        """The first line above each statement that is its own, and that of the next one.

        Empty for a file without a final newline, whose last statement libcst prints with one.
        """
        if not self.lines or not self.tree.has_trailing_newline:
            return {}
        begins = [begin - len(_leading(s)) for s, (begin, _) in self.lines.items()]
        return dict(zip(self.lines, zip(begins, [*begins[1:], self._end], strict=True), strict=True))

    @cached_property
    def printed(self) -> dict[cst.CSTNode, str]:
        """What libcst prints for each statement, the lines above it included."""
        return {s: "".join(self._lines[begin - 1 : end - 1]) for s, (begin, end) in self._spans.items()}

    @cached_property
    def blocks(self) -> dict[cst.CSTNode, str]:
        """What libcst prints for the statements in the block of each function and class, by block."""
        found: dict[cst.CSTNode, str] = {}
        for statement, line in self._blocks.items():
            block = statement.body
            if line and statement in self._spans and isinstance(block, cst.IndentedBlock) and block.body:
                begin, end = line - len(_leading(block.body[0])), self._spans[statement][1]
                found[block] = "".join(self._lines[begin - 1 : end - 1])
        return found


def _leading(statement: cst.CSTNode) -> Sequence[cst.EmptyLine]:
    lines: Sequence[cst.EmptyLine] = getattr(statement, "leading_lines", ())
    return lines
