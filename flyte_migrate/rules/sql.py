"""SQL tasks that become functions: ``SQLite3Task`` reads with ``sqlite3`` and pandas (IMP-61), ``SQLAlchemyTask`` with
SQLAlchemy and pandas; a plain ``SQLTask``, which no database runs, still has to be mocked (TSK-08).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import libcst as cst

from flyte_migrate.project.objects import DATABASES, SQL, SQLALCHEMY, SQLITE
from flyte_migrate.rewrite.plan import Covered, Finding, Item, Replace
from flyte_migrate.rewrite.template import code, only_lines
from flyte_migrate.rewrite.view import FileView, Reference, TaskObject
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules import on_file, on_symbol
from flyte_migrate.rules.configuration import arguments, callee, constant, follow, layout_comments, literal
from flyte_migrate.rules.kinds import kinds_of
from flyte_migrate.rules.objects import (
    Body,
    define,
    local_names,
    object_arguments,
    objects_of,
    typed_items,
    unconverted,
)
from flyte_migrate.rules.queries import filled_query
from flyte_migrate.rules.secrets import variable_of

#: Names that only mean something to the machine that evaluates them.
_HERE = frozenset({"os.environ", "os.getenv", "os.environ.get"})


# -- SQLite -----------------------------------------------------------------------------------------------------------


@on_file
def convert_sqlite(view: FileView) -> Iterator[Item]:
    """A function that opens the database and returns the rows as a pandas frame."""
    for made in objects_of(view, SQLITE):
        yield from define(view, made, lambda args, types, made=made: _sqlite(view, made, args))  # type: ignore[misc]
    yield from _drop_configurations(view)


def _configuration(view: FileView, made: TaskObject) -> dict[str, cst.Arg]:
    """The arguments of the database's configuration, written out in the constructor or behind a name."""
    config = follow(view, object_arguments(view, made)["task_config"].value)
    assert isinstance(config, cst.Call)
    return arguments(config, DATABASES[made.task.factory]) or {}


def _sqlite(view: FileView, made: TaskObject, args: Mapping[str, cst.Arg]) -> Body:
    given = _configuration(view, made)
    connection, query, database, folder = local_names(view, made, "connection", "query", "database", "folder")
    uri = given["uri"].value
    compressed = "compressed" in given and literal(given["compressed"].value) is True
    pandas = view.local_name("pandas:")
    before, text = _query_lines(view, query, args["query_template"].value)
    connect = f"{view.local_name('sqlite3:')}.connect"
    fetch, path = _fetched(view, uri, compressed, database, folder)
    lines = [
        *fetch,
        f"with {view.local_name('contextlib:')}.closing({connect}({path})) as {connection}:",
        f"    return {pandas}.read_sql_query({text}, {connection})",
    ]
    if compressed or _is_http(view, uri):
        opened = f"{view.local_name('tempfile:')}.TemporaryDirectory()"
        lines = [f"with {opened} as {folder}:", *(f"    {line}" for line in lines)]
    return Body((*before, *lines), f"{pandas}.DataFrame")


def _query_lines(view: FileView, variable: str, template: cst.BaseExpression) -> tuple[list[str], str]:
    """Lines that put the query into a variable, where it takes lines of its own, and the expression of the query."""
    first, *rest = filled_query(view, template)
    if not rest and "\n" not in first and len(first) < 60:
        return [], first
    return [f"{variable} = {first}", *rest], variable


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


def _fetched(
    view: FileView, uri: cst.BaseExpression, compressed: bool, database: str, folder: str
) -> tuple[list[str], str]:
    """The lines that bring the database here (into ``folder`` where needed), and the expression of its path."""
    value, text = constant(view, uri), code(uri)
    lines: list[str] = []
    path = text
    if _is_http(view, uri):
        name = str(value).rsplit("/", 1)[-1]
        retrieve = f"{view.local_name('urllib.request:')}.urlretrieve"
        lines.append(f'{database}, _ = {retrieve}({text}, f"{{{folder}}}/{name}")')
        path = database
    elif not _is_local(view, uri):
        file = view.local_name("flyte.io:File")
        lines.append(f"{database} = {file}.from_existing_remote({text}).download_sync()")
        path = database
    if compressed:
        lines.append(f'{view.local_name("shutil:")}.unpack_archive({path}, f"{{{folder}}}/unpacked")')
        path = f'next({view.local_name("pathlib:Path")}({folder}, "unpacked").iterdir())'
    return lines, path


# -- SQLAlchemy -------------------------------------------------------------------------------------------------------


@on_file
def convert_sqlalchemy(view: FileView) -> Iterator[Item]:
    """A function that runs the query in a transaction and returns the rows, if the task had an output."""
    noted = False
    for made in objects_of(view, SQLALCHEMY):
        given = object_arguments(view, made)
        config = _configuration(view, made)
        yield from define(view, made, lambda args, types, made=made: _sqlalchemy(view, made, args))  # type: ignore[misc]
        if "container_image" not in given and not noted:
            noted = True
            text = "This task's image came with sqlalchemy, psycopg2-binary and pymysql: its environment's needs them."
            yield Finding(made.node, "FM616", text)
        if any(view.canonical(n) in _HERE for a in config.values() for n in walk(a.value)):
            text = (
                "Where the database is was read when the task was registered; it is read in the task now: set it there."
            )
            yield Finding(made.node, "FM617", text)
        if "secret_connect_args" in config and "secret_requests" not in given:
            text = "The connection's secrets are read from the environment: request them, secrets=[flyte.Secret(...)]."
            yield Finding(made.node, "FM617", text)


def _sqlalchemy(view: FileView, made: TaskObject, args: Mapping[str, cst.Arg]) -> Body:
    given = _configuration(view, made)
    connection, query, engine = local_names(view, made, "connection", "query", "engine")
    module = view.local_name("sqlalchemy:")
    before, text = _query_lines(view, query, args["query_template"].value)
    arguments_ = [code(given["uri"].value), *_connect_args(view, given)]
    create = f"{module}.create_engine({', '.join(arguments_)})"
    if len(create) > 84 or "\n" in create:
        before = [*before, f"{engine} = {module}.create_engine(", *(f"    {value}," for value in arguments_), ")"]
        create = engine
    elif len(create) > 60:
        before = [*before, f"{engine} = {create}"]
        create = engine
    lines = [*before, f"with {create}.begin() as {connection}:"]
    if not made.task.outputs.fields:
        return Body((*lines, f"    {connection}.execute({module}.text({text}))"), "None")
    pandas = view.local_name("pandas:")
    lines.append(f"    return {pandas}.read_sql_query({module}.text({text}), {connection})")
    return Body(tuple(lines), f"{pandas}.DataFrame")


def _connect_args(view: FileView, given: Mapping[str, cst.Arg]) -> list[str]:
    """``connect_args=``, the secrets among them read from the environment."""
    plain = given.get("connect_args")
    secrets = given["secret_connect_args"].value if "secret_connect_args" in given else None
    if not isinstance(secrets, cst.Dict):
        return [f"connect_args={code(plain.value)}"] if plain is not None else []
    items = []
    if plain is not None and isinstance(plain.value, cst.Dict):
        items = [code(e.with_changes(comma=cst.MaybeSentinel.DEFAULT)) for e in plain.value.elements]
    elif plain is not None:
        items = [f"**{code(plain.value)}"]
    environ = view.local_name("os:").rstrip(".")
    for element in secrets.elements:
        assert isinstance(element, cst.DictElement) and isinstance(element.value, cst.Call)
        variable = variable_of(view, element.value) or "<GROUP>_<KEY>"
        items.append(f'{code(element.key)}: {environ}.environ["{variable}"]')
    return [f"connect_args={{{', '.join(items)}}}"]


def _drop_configurations(view: FileView) -> Iterator[Item]:
    """``CONFIG = SQLite3Config(...)`` goes when only converted tasks read it."""
    for node in view.by_type.get(cst.Assign, ()):
        assert isinstance(node, cst.Assign)
        target, line = node.targets[0].target, view.parent(node)
        if callee(view, node.value) not in _CONFIGURATIONS or not isinstance(target, cst.Name) or len(node.targets) > 1:
            continue
        uses = view.uses_of(target.value, view.scope_at[target])
        converted = {made.node for made in (*objects_of(view, SQLITE), *objects_of(view, SQLALCHEMY))}
        imported = any(name.endswith(f".{target.value}") for name in view.index.imported_names)
        if uses and not imported and all(converted & set(view.ancestors(use)) for use in uses):
            if isinstance(line, cst.SimpleStatementLine):
                yield Replace(line, _without_statement)
            yield from (Covered(r.node) for r in view.references if node in set(view.ancestors(r.node)))


def _without_statement(line: cst.SimpleStatementLine) -> cst.BaseStatement | None:
    """The comments of a statement that goes."""
    found = [cst.EmptyLine(comment=comment) for comment in layout_comments([line])]
    blank = [item for item in line.leading_lines[:1] if item.comment is None]
    return only_lines([*blank, *found]) if found else None


_CONFIGURATIONS = ("flytekit.extras.sqlite3.task.SQLite3Config", "flytekitplugins.sqlalchemy.SQLAlchemyConfig")


# -- no database ------------------------------------------------------------------------------------------------------


@on_file
def convert_unbound(view: FileView) -> Iterator[Item]:
    """``SQLTask`` itself, whose ``execute`` raises: a function that raises as well, until it is mocked or written."""
    for made in objects_of(view, SQL):
        yield from define(view, made, lambda args, types: _unbound(view, args))
        message = (
            f"{made.task.name} has no database, in Flyte 1 neither: it raises until it is mocked, or written here."
        )
        yield Finding(made.node, "FM618", message)


def _unbound(view: FileView, args: Mapping[str, cst.Arg]) -> Body:
    returns = next(iter(typed_items(args["outputs"].value if "outputs" in args else None).values()), "None")
    first, *rest = filled_query(view, args["query_template"].value)
    return Body((f"query = {first}", *rest, "raise NotImplementedError(query)"), returns)


# -- findings ---------------------------------------------------------------------------------------------------------


@on_symbol(SQLITE)
def report_sqlite(view: FileView, reference: Reference) -> Iterator[Item]:
    """A SQLite task whose query is not written out here, or that is made in passing."""
    message = "This query, or where its task is made, can't be converted; run it in a task with pandas.read_sql_query."
    yield from unconverted(view, reference, "FM614", message)


@on_symbol(SQLALCHEMY, SQL)
def report_sql(view: FileView, reference: Reference) -> Iterator[Item]:
    """A SQL task that is made in passing, whose query is not written out, or a class of one's own."""
    node = view.parent(reference.chain)
    shown = reference.name.rpartition(".")[2]
    if isinstance(node, cst.Call) and node.func is reference.chain:
        run = "pandas.read_sql_query(query, connection) with sqlalchemy.create_engine(uri).begin() as connection"
        message = f"This {shown}, or where it is made, can't be converted; run the query in a task: {run}."
        yield from unconverted(view, reference, "FM613", message)
    elif not isinstance(node, cst.Annotation):
        yield Finding(reference.chain, "FM613", f"{shown} has no counterpart; run the query in a task.")
