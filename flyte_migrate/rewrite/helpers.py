"""Helper functions that rewritten code calls: each is written once, above the functions of the module."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import libcst as cst

from flyte_migrate.rewrite.plan import Insert, insert
from flyte_migrate.rewrite.view import FileView, Statement


def helper_inserts(view: FileView, helpers: Mapping[str, str]) -> Iterator[Insert]:
    """Edits that add helper functions, given by name and source, to the module.

    The source names what it imports as :meth:`FileView.local_name` gave it.
    """
    if not helpers:
        return
    anchor = _anchor(view)
    statements = []
    for name in sorted(helpers):
        statement = cst.parse_statement(helpers[name].strip())
        statements.append(
            statement.with_changes(leading_lines=[cst.EmptyLine(indent=False), cst.EmptyLine(indent=False)])
        )
    if anchor is not None:
        yield insert(anchor, statements)


def _anchor(view: FileView) -> Statement | None:
    """The first function or class below the module's imports (which may stand anywhere in a notebook-like file)."""
    body = [s for s in view.tree.body if isinstance(s, (cst.SimpleStatementLine, cst.BaseCompoundStatement))]
    definitions = [n for n, s in enumerate(body) if isinstance(s, (cst.FunctionDef, cst.ClassDef))]
    imports = [n for n, s in enumerate(body) if isinstance(s, cst.SimpleStatementLine) and _is_import(s)]
    below = [n for n in definitions if not imports or n > imports[-1]]
    place = next(iter(below or definitions), len(body) - 1)
    return body[place] if body else None


def _is_import(statement: cst.SimpleStatementLine) -> bool:
    return any(isinstance(part, (cst.Import, cst.ImportFrom)) for part in statement.body)
