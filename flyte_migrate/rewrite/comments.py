"""The comments in a piece of code, for what takes its place."""

from __future__ import annotations

import contextlib
import io
import re
import tokenize

import libcst as cst

from flyte_migrate.rewrite.template import code, only_lines
from flyte_migrate.rewrite.walk import has_comment

#: Directives to linters and the like: they are about the line they stand on, and go with it.
PRAGMA = re.compile(r"#\s*(noqa|isort|type:\s*ignore|pylint|pyright|ruff|fmt|pragma|nopycln)\b", re.IGNORECASE)


def comments_in(node: cst.CSTNode) -> list[cst.EmptyLine]:
    """The comments inside a node (pragmas for linters left out), as lines of their own."""
    if not has_comment(node):
        return []
    tokens: list[tokenize.TokenInfo] = []
    with contextlib.suppress(tokenize.TokenError, IndentationError, SyntaxError):
        tokens += tokenize.generate_tokens(io.StringIO(f"({code(node)}\n)").readline)
    comments = [t.string.rstrip() for t in tokens if t.type == tokenize.COMMENT and not PRAGMA.match(t.string)]
    return [cst.EmptyLine(comment=cst.Comment(comment)) for comment in comments]


def above(nodes: list[cst.CSTNode], comments: list[str]) -> list[cst.CSTNode]:
    """The statements with comments above the first of them, or the comments on their own where there are none."""
    lines = [cst.EmptyLine(comment=cst.Comment(text)) for text in comments]
    if not nodes:
        return [only_lines(lines)]
    first = nodes[0]
    return [first.with_changes(leading_lines=[*getattr(first, "leading_lines", ()), *lines]), *nodes[1:]]
