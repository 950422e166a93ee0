"""TODO comments of earlier runs: what they say, and the lines that they speak of."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flyte_migrate.project.facts import Todo
from flyte_migrate.project.index import TODO_COMMENT

#: What the further lines of a long comment begin with.
CONTINUATION = "#   "


@dataclass(frozen=True)
class OpenTodo:
    """A TODO comment with all its text; ``lines`` are those of the statement below it, of a definition its head."""

    todo: Todo
    text: str
    lines: range


def texts(comments: Iterable[str]) -> list[tuple[str, str]]:
    """(code, text) of the TODO comments among comments that follow each other."""
    found: list[tuple[str, str]] = []
    goes_on = False
    for comment in comments:
        match = TODO_COMMENT.search(comment)
        if match:
            found.append((match[1], comment[match.end() :].lstrip(": ")))
        elif goes_on and comment.startswith(CONTINUATION):
            code, text = found[-1]
            found[-1] = (code, f"{text} {comment.removeprefix(CONTINUATION).strip()}")
        goes_on = bool(match) or (goes_on and comment.startswith(CONTINUATION))
    return found


def open_todos(text: str, todos: Sequence[Todo]) -> list[OpenTodo]:
    """The ``todos`` of a module with this ``text``, which parses."""
    if not todos:
        return []
    lines = re.split(r"\r\n|\r|\n", text)
    heads = sorted(_heads(ast.parse(text)), key=lambda head: head.start)
    starts = [head.start for head in heads]
    found = []
    for todo in todos:
        comments = [line.strip() for line in lines[todo.line - 1 :][:20]]
        said = texts([comments[0], *_while_continued(comments[1:])])
        below = bisect_right(starts, todo.line)
        spoken_of = heads[below] if below < len(heads) else range(0)
        found.append(OpenTodo(todo, said[0][1] if said else "", spoken_of))
    return found


def _while_continued(comments: Sequence[str]) -> Iterator[str]:
    for comment in comments:
        if not comment.startswith(CONTINUATION):
            return
        yield comment


def _heads(tree: ast.Module) -> Iterator[range]:
    """The lines of every statement; of a function, which other comments may be in, those before its body."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            yield range(first, max(node.body[0].lineno, node.lineno + 1))
        elif isinstance(node, ast.stmt):
            decorators = node.decorator_list if isinstance(node, ast.ClassDef) else []
            first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
            yield range(first, (node.end_lineno or node.lineno) + 1)
