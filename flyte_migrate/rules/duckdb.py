"""``DuckDBQuery`` → a task that runs the queries with ``duckdb`` (TSK-08, PLG-21).

The inputs of the plugin's task are tables to register and the parameters of the queries
(``flytekitplugins.duckdb.task.DuckDBQuery.execute``); :mod:`flyte_migrate.project.queries` tells which is which.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import libcst as cst

from flyte_migrate.project.facts import Field
from flyte_migrate.project.objects import DUCKDB
from flyte_migrate.project.queries import VALUE, DuckDBProgram, duckdb_program, takes_parameters
from flyte_migrate.rewrite.flow import Type
from flyte_migrate.rewrite.plan import Finding, Item
from flyte_migrate.rewrite.template import code, string_value
from flyte_migrate.rewrite.view import FileView, Reference, TaskObject
from flyte_migrate.rules import on_file, on_symbol
from flyte_migrate.rules.configuration import constant
from flyte_migrate.rules.objects import Body, define, local_names, object_arguments, objects_of, unconverted
from flyte_migrate.rules.secrets import requested

_PROVIDER = "flytekitplugins.duckdb.DuckDBProvider"
_LOCAL, _MOTHERDUCK = f"{_PROVIDER}.LOCAL", f"{_PROVIDER}.MOTHERDUCK"


@on_file
def convert_duckdb(view: FileView) -> Iterator[Item]:
    """A function that registers the tables, runs the queries and returns what the last one gives."""
    for made in objects_of(view, DUCKDB):
        yield from define(view, made, lambda args, types, made=made: _body(view, made, args))  # type: ignore[misc]


def _body(view: FileView, made: TaskObject, args: Mapping[str, cst.Arg]) -> Body:
    queries = _queries(args)
    program = _program(view, made, [_text(view, node) for node in queries])
    connection, values, nested = local_names(view, made, "connection", "values", "nested")
    params, lines = program.params, []
    takes = [takes_parameters(_text(view, node)) for node in queries]
    if program.as_text and any(takes):
        lines.append(f"{values} = {view.local_name('json:')}.loads({params})")
        params = values
    if program.nested is None and any(takes):
        lines.append(f"{nested} = isinstance({params}[0], list)")
    opened, closes = _connect(view, made, args)
    inner = []
    for name, kind in program.tables:
        arrow = f"{view.local_name('pyarrow:')}.Table" if kind == "dataset" else ""
        table = f"{name}.open({arrow}).all_sync()" if arrow else name
        inner.append(f'{connection}.register("{name}", {table})')
    (query,) = local_names(view, made, "query")
    for number, node in enumerate(queries):
        text = code(node)
        if len(text) > 70 and "\n" not in text:
            inner.append(f"{query} = {text}")
            text = query
        inner.append(_call(connection, text, _text(view, node), _values(program, params, nested, sum(takes[:number]))))
    if not queries:
        inner.append(f"{connection}.execute({program.query})")
    frame = view.local_name("flyte.io:DataFrame")
    last = f"{inner.pop()}.fetch_arrow_table()"
    if len(last) > 70 or "\n" in last:
        (table,) = local_names(view, made, "table")
        inner += [f"{table} = {last}", f"return {frame}.wrap_df({table})"]
    else:
        inner.append(f"return {frame}.wrap_df({last})")
    if closes:
        inner = [f"with {opened} as {connection}:", *(f"    {line}" for line in inner)]
    else:
        inner = [f"{connection} = {opened}", *inner]
    return Body((*lines, *inner), frame)


def _queries(args: Mapping[str, cst.Arg]) -> list[cst.BaseExpression]:
    node = args["query"].value if "query" in args else None
    if isinstance(node, (cst.List, cst.Tuple)):
        return [e.value for e in node.elements]
    return [node] if node is not None else []


def _text(view: FileView, node: cst.BaseExpression) -> str:
    """The text of a query, as far as it is known here."""
    if isinstance(node, cst.FormattedString):
        return "".join(p.value if isinstance(p, cst.FormattedStringText) else VALUE for p in node.parts)
    text = string_value(node)
    return text if text is not None else str(constant(view, node))


def _program(view: FileView, made: TaskObject, queries: list[str]) -> DuckDBProgram:
    module = made.task.module
    inputs = [Field(p.name, p.annotation or "") for p in made.task.function.parameters]
    program = duckdb_program(inputs, queries, lambda text: Type(text, module).name(view))
    assert program is not None, "the index knows the interface of no other"
    return program


def _values(program: DuckDBProgram, params: str, nested: str, number: int) -> tuple[str, str]:
    """The parameters of the n-th query that takes some: those of one run, and (for an insertion) those of many."""
    if program.nested is False:
        return params, f"[{params}]"
    if program.nested:
        return f"{params}[{number}]", f"{params}[{number}]"
    several = f"{params}[{number}] if {nested} else"
    return f"{several} {params}", f"{several} [{params}]"


def _call(connection: str, query: str, text: str, values: tuple[str, str]) -> str:
    """One query; v1 inserts with ``executemany`` what a nested list of parameters holds."""
    if not takes_parameters(text):
        return f"{connection}.execute({query})"
    one, many = values
    if "insert" not in text.lower() or one == many[1:-1]:
        return f"{connection}.execute({query}, {one})"
    return f"{connection}.executemany({query}, {many})"


def _connect(view: FileView, made: TaskObject, args: Mapping[str, cst.Arg]) -> tuple[str, bool]:
    """The expression that connects, and whether the connection is the function's own to close."""
    original = object_arguments(view, made).get("provider")
    provider = view.canonical(original.value) if original is not None else _LOCAL
    token = requested(view, object_arguments(view, made))
    connect = f"{view.local_name('duckdb:')}.connect" if provider in (_LOCAL, _MOTHERDUCK) else ""
    if provider == _MOTHERDUCK:
        return f'{connect}("md:", config={{"motherduck_token": {token}}})', True
    if provider == _LOCAL:
        return f"{connect}()", True
    return f"{code(args['provider'].value)}({token})", False


@on_symbol(DUCKDB)
def report_duckdb(view: FileView, reference: Reference) -> Iterator[Item]:
    """A query that is not written out here, or whose inputs can't be told apart."""
    message = (
        "This query, its inputs, or where its task is made, can't be converted; register the tables in a task with"
        " duckdb.connect() as connection, and return DataFrame.wrap_df(connection.execute(query, params)"
        ".fetch_arrow_table())."
    )
    node = view.parent(reference.chain)
    if isinstance(node, cst.Call) and node.func is reference.chain:
        yield from unconverted(view, reference, "FM613", message)
    elif not isinstance(node, cst.Annotation):
        yield Finding(reference.chain, "FM613", "DuckDBQuery has no counterpart; run the query in a task.")
