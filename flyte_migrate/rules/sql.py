"""``SQLite3Task`` → a task that runs the query with ``sqlite3`` and pandas (IMP-61); other SQL tasks are reported.

v1 writes the inputs into the query as text (``flytekit.core.base_sql_task.SQLTask.interpolate_query``), and so does the
f-string.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import libcst as cst

from flyte_migrate.project.objects import SQLITE
from flyte_migrate.rewrite.plan import Finding, Item
from flyte_migrate.rewrite.template import code, string_value
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rules import on_file, on_symbol
from flyte_migrate.rules.configuration import arguments, constant, literal
from flyte_migrate.rules.kinds import kinds_of
from flyte_migrate.rules.objects import Body, define, objects_of, unconverted

_INPUT = re.compile(r"\{\{\s*\.inputs\.(\w+)\s*\}\}", re.IGNORECASE)
_CONFIG = ("uri", "compressed")
_OTHERS = ("flytekit.SQLTask", "flytekitplugins.sqlalchemy.SQLAlchemyTask", "flytekitplugins.duckdb.DuckDBQuery")


@on_file
def convert_sqlite(view: FileView) -> Iterator[Item]:
    """A function that opens the database and returns the rows as a pandas frame."""
    for made in objects_of(view, SQLITE):
        yield from define(view, made, lambda args, types: _body(view, args))


def _body(view: FileView, args: Mapping[str, cst.Arg]) -> Body:
    config = args["task_config"].value
    given = arguments(config, _CONFIG) if isinstance(config, cst.Call) else None
    assert given is not None
    uri = given["uri"].value
    compressed = "compressed" in given and literal(given["compressed"].value) is True
    pandas = view.local_name("pandas:")
    query = _query(args["query_template"].value)
    closing = f"{view.local_name('contextlib:')}.closing"
    connect = f"{view.local_name('sqlite3:')}.connect"
    fetch, database = _fetched(view, uri, compressed)
    lines = [*fetch, f"with {closing}({connect}({database})) as connection:", *_read(pandas, query)]
    if compressed or _is_http(view, uri):
        folder = f"{view.local_name('tempfile:')}.TemporaryDirectory()"
        lines = [f"with {folder} as folder:", *(f"    {line}" for line in lines)]
    if "\n" in query:
        lines = [f"query = {query}", *lines]
    return Body(tuple(lines), f"{pandas}.DataFrame")


def _read(pandas: str, query: str) -> list[str]:
    return [f"    return {pandas}.read_sql_query({'query' if chr(10) in query else query}, connection)"]


def _is_http(view: FileView, uri: cst.BaseExpression) -> bool:
    value = constant(view, uri)
    return isinstance(value, str) and value.startswith(("http://", "https://"))


def _is_local(view: FileView, uri: cst.BaseExpression) -> bool:
    """Whether a path of this machine is meant: a literal without a scheme, or what path functions give."""
    value = constant(view, uri)
    if isinstance(value, str):
        return "://" not in value or value.startswith("file://")
    kind = kinds_of(view).of(uri)
    return kind is not None and kind.name == "path"


def _fetched(view: FileView, uri: cst.BaseExpression, compressed: bool) -> tuple[list[str], str]:
    """The lines that bring the database here (into ``folder`` where needed), and the expression of its path."""
    value, text = constant(view, uri), code(uri)
    lines: list[str] = []
    database = text
    if _is_http(view, uri):
        name = str(value).rsplit("/", 1)[-1]
        lines.append(f'database, _ = {view.local_name("urllib.request:")}.urlretrieve({text}, f"{{folder}}/{name}")')
        database = "database"
    elif not _is_local(view, uri):
        lines.append(f"database = {view.local_name('flyte.io:File')}.from_existing_remote({text}).download_sync()")
        database = "database"
    if compressed:
        path = view.local_name("pathlib:Path")
        lines.append(f'{view.local_name("shutil:")}.unpack_archive({database}, f"{{folder}}/unpacked")')
        database = f'next({path}(folder, "unpacked").iterdir())'
    return lines, database


def _query(node: cst.BaseExpression) -> str:
    """The template as an f-string over the function's inputs; a plain string where it has none."""
    text = string_value(node)
    assert text is not None
    if not _INPUT.search(text):
        return code(node)
    pieces, end = [], 0
    for match in _INPUT.finditer(text):
        pieces.append(_escaped(text[end : match.start()]))
        pieces.append(f"{{{match[1]}}}")
        end = match.end()
    filled = "".join([*pieces, _escaped(text[end:])])
    if "\n" in filled:
        return f'f"""{filled}"""'
    return f'f"{filled}"' if '"' not in filled else f"f'''{filled}'''"


def _escaped(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("{", "{{").replace("}", "}}").replace('"""', '\\"\\"\\"')
    return escaped.replace("\r", "\\r")


@on_symbol(SQLITE)
def report_sqlite(view: FileView, reference: Reference) -> Iterator[Item]:
    """A SQLite task whose query is not written out here, or that is made in passing."""
    message = "This query, or where its task is made, can't be converted; run it in a task with pandas.read_sql_query."
    yield from unconverted(view, reference, "FM614", message)


@on_symbol(*_OTHERS)
def report_sql(view: FileView, reference: Reference) -> Iterator[Item]:
    """SQL tasks that have no counterpart."""
    node = view.parent(reference.chain)
    shown = reference.name.rpartition(".")[2]
    if isinstance(node, cst.Call) and node.func is reference.chain:
        connect = "duckdb.connect()" if shown == "DuckDBQuery" else "sqlalchemy.create_engine(uri)"
        message = f"{shown} has no counterpart; run the query in a task: pandas.read_sql_query(query, {connect})."
        yield Finding(node, "FM613", message)
    elif not isinstance(node, cst.Annotation):
        yield Finding(reference.chain, "FM613", f"{shown} has no counterpart; run the query in a task.")
