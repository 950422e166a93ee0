"""Task objects: module-level variables that hold a task which is not a function, as ``ShellTask(...)`` makes.

Read from the source text of the constructor's arguments, as far as they are literal; an object whose interface (or
script, or query) is not known here is no task of the index and keeps its v1 form.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from flyte_migrate.mapping import V1_ROOTS
from flyte_migrate.project.facts import Argument, Field, Parameter, Variable
from flyte_migrate.project.queries import (
    VALUE,
    are_parameters,
    duckdb_program,
    fields_of_template,
    layout_matters,
    query_text,
)

ECHO = "flytekit.core.task.Echo"
SHELL = "flytekit.extras.tasks.shell.ShellTask"
RAW_SHELL = "flytekit.extras.tasks.shell.get_raw_shell_task"
SQL = "flytekit.SQLTask"
SQLITE = "flytekit.extras.sqlite3.task.SQLite3Task"
SQLALCHEMY = "flytekitplugins.sqlalchemy.SQLAlchemyTask"
DUCKDB = "flytekitplugins.duckdb.DuckDBQuery"
FILE_SENSOR = "flytekit.sensor.FileSensor"
NOTEBOOK = "flytekitplugins.papermill.NotebookTask"
CONTAINER = "flytekit.ContainerTask"
BIGQUERY = "flytekitplugins.bigquery.BigQueryTask"
SNOWFLAKE = "flytekitplugins.snowflake.SnowflakeTask"

#: What becomes of an object: a function of an environment, an object of one, or an object with one of its own.
Kind = Literal["function", "member", "template"]
KINDS: Mapping[str, Kind] = {
    ECHO: "function",
    SHELL: "function",
    RAW_SHELL: "function",
    SQL: "function",
    SQLITE: "function",
    SQLALCHEMY: "function",
    DUCKDB: "function",
    FILE_SENSOR: "function",
    NOTEBOOK: "member",
    CONTAINER: "template",
    BIGQUERY: "template",
    SNOWFLAKE: "template",
}
#: Constructor parameters in order, as far as they are passed by position.
ORDER: Mapping[str, tuple[str, ...]] = {
    ECHO: ("name", "inputs"),
    SHELL: ("name", "debug", "script", "script_file", "task_config", "shell", "inputs", "output_locs"),
    RAW_SHELL: ("name",),
    SQL: ("name", "query_template", "task_config", "task_type", "inputs", "metadata", "outputs"),
    SQLITE: ("name", "query_template", "inputs", "task_config", "output_schema_type", "container_image"),
    SQLALCHEMY: ("name", "query_template", "task_config", "inputs", "output_schema_type", "container_image"),
    DUCKDB: ("name", "query", "inputs", "provider"),
    FILE_SENSOR: ("name", "timeout"),
    NOTEBOOK: ("name", "notebook_path", "render_deck", "stream_logs", "task_config", "inputs", "outputs"),
    CONTAINER: ("name", "image", "command", "inputs", "metadata", "arguments", "outputs"),
    BIGQUERY: ("name", "query_template", "task_config", "inputs", "output_structured_dataset_type"),
    SNOWFLAKE: ("name", "query_template", "task_config", "inputs", "output_schema_type"),
}
#: Constructor parameters of the databases' configurations.
DATABASES: Mapping[str, tuple[str, ...]] = {
    SQLITE: ("uri", "compressed"),
    SQLALCHEMY: ("uri", "connect_args", "secret_connect_args"),
}
_KWTYPES = ("kwtypes", "dict", "OrderedDict")
_OUTPUT_LOCATION = ("var", "var_type", "location")
_TEMPLATE_FIELD = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
_SCRIPT_FIELD = re.compile(r"(inputs|outputs)\.([A-Za-z_]\w*)(![rsa])?(:[^{}]*)?")
#: Modules that the functions of SQL tasks read, under the names by which they are usually imported.
_MODULES = frozenset(
    {"flyte", "pandas", "pd", "pyarrow", "pa", "sqlite3", "sqlalchemy", "sa", "duckdb", "contextlib", "os", "json"}
    | {"shutil", "tempfile", "urllib", "str", "isinstance", "list", "next", "Path", "File", "DataFrame"}
)
#: Types whose value is no text that a query could hold.
_NO_TEXT = frozenset(
    {"flytekit.FlyteFile", "flytekit.FlyteDirectory", "flytekit.StructuredDataset", "flytekit.types.schema.FlyteSchema"}
    | {"pandas.DataFrame"}
)
FRAME = "pandas.DataFrame"
DATASET = "flytekit.StructuredDataset"
DIRECTORY = "flytekit.FlyteDirectory"


@dataclass(frozen=True)
class Interface:
    """The inputs and outputs of a task object."""

    parameters: tuple[Parameter, ...] = ()
    outputs: tuple[Field, ...] = ()


@dataclass(frozen=True)
class Source:
    """What the module of an object knows: the expression behind a name of its own, or of any module (the node itself
    where there is none), and the canonical name of a type's text."""

    behind: Callable[[ast.expr], ast.expr]
    constant: Callable[[ast.expr], ast.expr]
    type_name: Callable[[str], str]


def interface_of(factory: str, variable: Variable, source: Source) -> Interface | None:
    """The interface of an object made by a v1 class; None if the source does not say enough to convert it."""
    given = _given(factory, variable)
    if given is None:
        return None
    inputs = _typed(given.get("inputs"), source)
    if inputs is None:
        return None
    # A function spells the types out, as they stand where the name is bound.
    moved = KINDS[factory] == "function" and _is_named(given.get("inputs"))
    if moved and any(source.type_name(f.annotation).split(".")[0] in V1_ROOTS or "[" in f.annotation for f in inputs):
        return None
    parameters = tuple(Parameter(field.name, field.annotation) for field in inputs)
    if factory == ECHO:
        return Interface(parameters, tuple(Field(f"o{n}", field.annotation) for n, field in enumerate(inputs)))
    if factory == FILE_SENSOR:
        return Interface((Parameter("path", "str"),))
    if factory == SHELL:
        outputs = _locations(given.get("output_locs"))
        scripts = [given[key] for key in ("script", "script_file") if key in given]
        reserved = _MODULES | {name for argument in scripts for name in argument.names}
        convertible = outputs is not None and "task_config" not in given and len(scripts) == 1
        convertible = convertible and ("script" not in given or _is_script(given["script"], source))
        convertible = convertible and are_parameters([f.name for f in inputs], reserved)
        return Interface(parameters, outputs or ()) if convertible else None
    if factory == RAW_SHELL:
        raw = (("env", "dict[str, str]"), ("script_args", "str"), ("script_file", "str"))
        return Interface(tuple(Parameter(name, text) for name, text in raw), (Field("out", DIRECTORY),))
    if factory in (SQLITE, SQLALCHEMY):
        written = [
            *zip(ORDER[factory], variable.positional, strict=False),
            *((a.keyword, a) for a in variable.arguments),
        ]
        silent = factory == SQLALCHEMY and any(k == "output_schema_type" and a.text == "None" for k, a in written)
        return _database_interface(factory, given, inputs, silent, source)
    if factory == SQL:
        return _unbound_interface(given, inputs, source)
    if factory == DUCKDB:
        convertible = duckdb_queries(given, source) is not None and _is_provider(given)
        program = duckdb_program(inputs, duckdb_queries(given, source) or (), source.type_name)
        reserved = _MODULES | {name for key in ("query", "provider") if key in given for name in given[key].names}
        convertible = convertible and program is not None and are_parameters([f.name for f in inputs], reserved)
        return Interface(parameters, (Field("result", DATASET),)) if convertible else None
    if factory in (BIGQUERY, SNOWFLAKE):
        if "task_config" not in given:
            return None
        table = given.get(ORDER[factory][-1])
        return Interface(parameters, (Field("results", table.text),) if table is not None else ())
    outputs = _typed(given.get("outputs"), source)
    return Interface(parameters, outputs) if outputs is not None else None


def _given(factory: str, variable: Variable) -> dict[str, Argument] | None:
    """The constructor's arguments by name, None ones left out; None if they are unpacked."""
    arguments = [*zip(ORDER[factory], variable.positional, strict=False), *((a.keyword, a) for a in variable.arguments)]
    if len(variable.positional) > len(ORDER[factory]) or any(a.text.startswith("*") for a in variable.positional):
        return None
    found = {name: argument for name, argument in arguments if argument.text != "None"}
    return None if "**" in found else found


def _is_named(argument: Argument | None) -> bool:
    return argument is not None and isinstance(_expression(argument), (ast.Name, ast.Attribute))


def _typed(argument: Argument | None, source: Source) -> tuple[Field, ...] | None:
    """The fields of ``kwtypes(a=int)`` or ``{"a": int}``, written out or behind a name of this module; None if they
    can't be read.
    """
    if argument is None:
        return ()
    written = _expression(argument)
    node = source.behind(written) if written is not None else None
    if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in _KWTYPES and not node.args:
        names = [(k.arg, k.value) for k in node.keywords]
    elif isinstance(node, ast.Dict):
        keys = [k.value if isinstance(k, ast.Constant) else None for k in node.keys]
        names = [(k if isinstance(k, str) else None, v) for k, v in zip(keys, node.values, strict=True)]
    else:
        return None
    if any(name is None for name, _ in names):
        return None
    return tuple(Field(name, ast.unparse(value)) for name, value in names if name is not None)


def _locations(argument: Argument | None) -> tuple[Field, ...] | None:
    """The outputs of ``[OutputLocation(var=…, var_type=…, location=…)]``; None if they can't be read."""
    node = _expression(argument) if argument is not None else ast.List([], ast.Load())
    if not isinstance(node, (ast.List, ast.Tuple)):
        return None
    found: list[Field] = []
    for item in node.elts:
        if not isinstance(item, ast.Call) or any(k.arg is None for k in item.keywords):
            return None
        given: dict[str | None, ast.expr] = dict(zip(_OUTPUT_LOCATION, item.args, strict=False))
        given.update({k.arg: k.value for k in item.keywords})
        variable, location = given.get("var"), given.get("location")
        if not _is_string(variable) or location is None or "var_type" not in given:
            return None
        assert isinstance(variable, ast.Constant)
        if not _is_filled_in(location, location, ("inputs",)):
            return None
        found.append(Field(str(variable.value), ast.unparse(given["var_type"])))
    return tuple(found)


def _is_script(argument: Argument, source: Source) -> bool:
    node = _expression(argument)
    return node is not None and _is_filled_in(node, source.constant(node), ("inputs", "outputs"))


def _is_filled_in(node: ast.expr, behind: ast.expr, roots: tuple[str, ...]) -> bool:
    """Whether a template can be filled in where it is used: one that is known reads nothing but inputs and outputs."""
    text = query_text(behind)
    if text is None:
        return not isinstance(node, (ast.Lambda, ast.Constant))
    return is_template(text.replace(VALUE, ""), roots)


def is_template(text: str, roots: tuple[str, ...]) -> bool:
    """Whether a ``str.format`` template reads nothing but ``{inputs.x}`` (and ``{outputs.x}``)."""
    for match in _TEMPLATE_FIELD.finditer(text):
        if match[1] is None:
            continue
        field = _SCRIPT_FIELD.fullmatch(match[1])
        if field is None or field[1] not in roots:
            return False
    return True


def _database_interface(
    factory: str, given: Mapping[str, Argument], inputs: Sequence[Field], silent: bool, source: Source
) -> Interface | None:
    """That of a query (one without results is ``silent``) whose template, inputs and database are known.

    v1 fails if template and inputs differ.
    """
    config, template = given.get("task_config"), given.get("query_template")
    text = _template(template, source)
    database = _database(factory, config, source)
    names = [f.name for f in inputs]
    if text is None or database is None or template is None or fields_of_template(text) != set(names):
        return None
    reserved = _MODULES | {n.id for n in ast.walk(database) if isinstance(n, ast.Name)} | set(template.names)
    if not are_parameters(names, reserved) or any(source.type_name(f.annotation) in _NO_TEXT for f in inputs):
        return None
    parameters = tuple(Parameter(field.name, field.annotation) for field in inputs)
    return Interface(parameters, () if silent else (Field("results", FRAME),))


def _unbound_interface(given: Mapping[str, Argument], inputs: Sequence[Field], source: Source) -> Interface | None:
    """That of a plain ``SQLTask``, which belongs to no database and can only be mocked."""
    outputs = _typed(given.get("outputs"), source)
    names = [f.name for f in inputs]
    if outputs is None or len(outputs) > 1 or "task_type" in given or "task_config" in given:
        return None
    if _template(given.get("query_template"), source) is None or not are_parameters(names, _MODULES):
        return None
    return Interface(tuple(Parameter(field.name, field.annotation) for field in inputs), outputs)


def _template(argument: Argument | None, source: Source) -> str | None:
    """The text of a query template, written out or behind a name; None if it is made of something else."""
    node = _expression(argument) if argument is not None else None
    text = query_text(source.constant(node)) if node is not None else None
    if text is not None and VALUE in text and (not isinstance(node, ast.JoinedStr) or layout_matters(text)):
        return None  # the values belong to where the text stands
    return text


def duckdb_queries(given: Mapping[str, Argument], source: Source) -> tuple[str, ...] | None:
    """The texts of the queries of a ``DuckDBQuery``, none if it gets it as an input; None if they are not written
    out."""
    argument = given.get("query")
    if argument is None:
        return ()
    node = _expression(argument)
    # v1 fails on a list of a single query.
    several = isinstance(node, (ast.List, ast.Tuple)) and len(node.elts) > 1
    nodes = node.elts if several and isinstance(node, (ast.List, ast.Tuple)) else [node]
    texts = [query_text(source.constant(n)) if n is not None else None for n in nodes]
    return None if any(t is None for t in texts) else tuple(t for t in texts if t is not None)


def _is_provider(given: Mapping[str, Argument]) -> bool:
    """Whether the database of a ``DuckDBQuery`` is one of the plugin's, or what a named function connects to."""
    provider = _expression(given["provider"]) if "provider" in given else None
    return provider is None or isinstance(provider, (ast.Name, ast.Attribute))


def _database(factory: str, argument: Argument | None, source: Source) -> ast.Call | None:
    """The call of a database's configuration, written out or behind a name of this module."""
    node = _expression(argument) if argument is not None else None
    node = source.behind(node) if node is not None else None
    if not isinstance(node, ast.Call) or any(k.arg is None for k in node.keywords):
        return None
    given: dict[str | None, ast.expr] = dict(zip(DATABASES[factory], node.args, strict=False))
    given.update({k.arg: k.value for k in node.keywords})
    compressed, secrets = given.get("compressed"), given.get("secret_connect_args")
    if "uri" not in given or not (compressed is None or isinstance(compressed, ast.Constant)):
        return None
    if secrets is not None and not (isinstance(secrets, ast.Constant) or _are_secrets(secrets)):
        return None
    return node


def _are_secrets(node: ast.expr) -> bool:
    """Whether a dictionary of secrets is written out."""
    return isinstance(node, ast.Dict) and all(
        isinstance(k, ast.Constant) and isinstance(v, ast.Call) and all(key.arg for key in v.keywords)
        for k, v in zip(node.keys, node.values, strict=True)
    )


def _text(argument: Argument | None) -> str | None:
    node = _expression(argument) if argument is not None else None
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_string(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _expression(argument: Argument) -> ast.expr | None:
    try:
        return ast.parse(argument.text, mode="eval").body
    except SyntaxError:
        return None
