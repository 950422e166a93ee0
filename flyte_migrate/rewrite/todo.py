"""TODO comments above statements that are left for a person."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

import libcst as cst

from flyte_migrate.project.index import TODO_COMMENT
from flyte_migrate.project.todos import CONTINUATION

_WIDTH = 100


def with_todos(statement: cst.CSTNode, notes: Iterable[tuple[str, str]]) -> cst.CSTNode:
    """The statement with a ``# TODO(flyte-migrate FMnnn): …`` above it for every (code, message) that is not there
    yet."""
    lines: Sequence[cst.EmptyLine] = getattr(statement, "leading_lines", ())
    present = {match[1] for line in lines if line.comment and (match := TODO_COMMENT.search(line.comment.value))}
    added: list[cst.EmptyLine] = []
    for code, message in notes:
        if code in present:
            continue
        present.add(code)
        text = textwrap.wrap(
            f"# TODO(flyte-migrate {code}): {' '.join(message.split())}",
            _WIDTH,
            subsequent_indent=CONTINUATION,
            break_long_words=False,
            break_on_hyphens=False,
        )
        added += [cst.EmptyLine(comment=cst.Comment(line)) for line in text]
    return statement.with_changes(leading_lines=[*lines, *added]) if added else statement
