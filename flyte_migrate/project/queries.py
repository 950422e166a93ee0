"""Queries of SQL task objects: what their text says about the function that takes the object's place.

v1 writes inputs into ``{{ .inputs.x }}`` of a template (``flytekit.core.base_sql_task.SQLTask.interpolate_query``),
after it has made one space of every run of whitespace. DuckDB's plugin gives them to the query as tables and
parameters (``flytekitplugins.duckdb.task.DuckDBQuery.execute``).
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from flyte_migrate.project.facts import Field

#: An input in a template, as v1 looks for it.
INPUT = re.compile(r"{{\s*.inputs.(\w+)\s*}}", re.IGNORECASE)
#: What a value in an f-string stands for in :func:`query_text`.
VALUE = "\0"
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`")
_RAW_TABLES = frozenset({"pandas.DataFrame", "pandas.core.frame.DataFrame", "pyarrow.Table", "pyarrow.lib.Table"})
_DATASET = "flytekit.StructuredDataset"
_LISTS = frozenset({"list", "typing.List"})
_NUMBERED = re.compile(r"\$(\d+)")


def query_text(node: ast.expr | None) -> str | None:
    """The text of a string or f-string (its values as :data:`VALUE`); None of any other expression."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else VALUE for part in node.values)
    return None


def fields_of_template(text: str) -> frozenset[str]:
    """The inputs that a template reads."""
    return frozenset(match[1] for match in INPUT.finditer(text))


def collapsed(text: str) -> str:
    """A template as v1 keeps it: on one line, one space for every run of whitespace."""
    return " ".join(text.split())


def layout_matters(text: str) -> bool:
    """Whether a database may tell a template from its collapsed form: a comment to the end of a line, spaces in a
    literal."""
    if "\n" in text.strip() and ("--" in text or "#" in text):
        return True
    return any(collapsed(literal) != literal.strip() for literal in _QUOTED.findall(text))


def are_parameters(names: Collection[str], reserved: Collection[str]) -> bool:
    """Whether the inputs of an object can be a function's parameters, beside the names that its body reads."""
    return all(n.isidentifier() and not keyword.iskeyword(n) and n not in reserved for n in names)


# -- DuckDB -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DuckDBProgram:
    """What a ``DuckDBQuery`` does with its inputs.

    ``tables`` are the inputs that are registered (``dataset``: a StructuredDataset that is opened first), ``params``
    the one that holds the parameters, a list or (``as_text``) its JSON. ``nested`` says whether that list holds one
    list for every query that takes parameters; None if only the value can tell. ``query`` is the input that is the
    query.
    """

    tables: tuple[tuple[str, Literal["frame", "dataset"]], ...] = ()
    params: str = ""
    as_text: bool = False
    nested: bool | None = False
    query: str = ""


def takes_parameters(query: str) -> bool:
    """Whether v1 passes parameters to a query: it looks for the characters, wherever they stand."""
    return "$" in query or "?" in query


def duckdb_program(
    inputs: Sequence[Field], queries: Sequence[str], type_name: Callable[[str], str]
) -> DuckDBProgram | None:
    """How the inputs reach the queries; None if that is not known here, or if it fails in v1."""
    tables: list[tuple[str, Literal["frame", "dataset"]]] = []
    params = query = ""
    as_text, nested = False, None
    for item in inputs:
        node = ast.parse(item.annotation, mode="eval").body
        base = node.value if isinstance(node, ast.Subscript) else node
        name = type_name(ast.unparse(base))
        if item.name == "query" and name == "str":
            query = item.name
        elif name in _RAW_TABLES:
            tables.append((item.name, "frame"))
        elif name == _DATASET:
            tables.append((item.name, "dataset"))
        elif params:
            return None
        elif name == "str":
            params, as_text = item.name, True
        elif name in _LISTS:
            params = item.name
            if isinstance(node, ast.Subscript):
                element = node.slice.value if isinstance(node.slice, ast.Subscript) else node.slice
                element_name = type_name(ast.unparse(element))
                nested = None if element_name == "typing.Any" else element_name in _LISTS
        else:
            return None
    if query:
        # Only when it runs is it known which query takes parameters.
        return None if params else DuckDBProgram(tuple(tables), query=query)
    with_parameters = [q for q in queries if takes_parameters(q)]
    if not queries or (with_parameters and not params):
        return None
    counts = {_placeholders(q) for q in with_parameters}
    if nested is None and len(counts) > 1:
        nested = True  # one list would not fit all of them
    return DuckDBProgram(tuple(tables), params, as_text, nested)


def _placeholders(query: str) -> int:
    return query.count("?") or max((int(n) for n in _NUMBERED.findall(query)), default=-1)
