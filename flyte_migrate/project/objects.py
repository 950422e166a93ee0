"""Task objects: module-level variables that hold a task which is not a function, as ``ShellTask(...)`` makes.

Read from the source text of the constructor's arguments, as far as they are literal; an object whose interface (or
script, or query) is not known here is no task of the index and keeps its v1 form.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from flyte_migrate.project.facts import Argument, Field, Parameter, Variable

ECHO = "flytekit.core.task.Echo"
SHELL = "flytekit.extras.tasks.shell.ShellTask"
SQLITE = "flytekit.extras.sqlite3.task.SQLite3Task"
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
    SQLITE: "function",
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
    SQLITE: ("name", "query_template", "inputs", "task_config", "output_schema_type", "container_image"),
    FILE_SENSOR: ("name", "timeout"),
    NOTEBOOK: ("name", "notebook_path", "render_deck", "stream_logs", "task_config", "inputs", "outputs"),
    CONTAINER: ("name", "image", "command", "inputs", "metadata", "arguments", "outputs"),
    BIGQUERY: ("name", "query_template", "task_config", "inputs", "output_structured_dataset_type"),
    SNOWFLAKE: ("name", "query_template", "task_config", "inputs", "output_schema_type"),
}
_KWTYPES = ("kwtypes", "dict", "OrderedDict")
_OUTPUT_LOCATION = ("var", "var_type", "location")
_TEMPLATE_FIELD = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
_SCRIPT_FIELD = re.compile(r"(inputs|outputs)\.([A-Za-z_]\w*)(![rsa])?(:[^{}]*)?")


@dataclass(frozen=True)
class Interface:
    """The inputs and outputs of a task object."""

    parameters: tuple[Parameter, ...] = ()
    outputs: tuple[Field, ...] = ()


def interface_of(factory: str, variable: Variable) -> Interface | None:
    """The interface of an object made by a v1 class; None if the source does not say enough to convert it."""
    given = _given(factory, variable)
    if given is None:
        return None
    inputs = _typed(given.get("inputs"))
    if inputs is None:
        return None
    parameters = tuple(Parameter(field.name, field.annotation) for field in inputs)
    if factory == ECHO:
        return Interface(parameters, tuple(Field(f"o{n}", field.annotation) for n, field in enumerate(inputs)))
    if factory == FILE_SENSOR:
        return Interface((Parameter("path", "str"),))
    if factory == SHELL:
        outputs = _locations(given.get("output_locs"))
        convertible = outputs is not None and "task_config" not in given and _is_script(given.get("script"))
        return Interface(parameters, outputs or ()) if convertible else None
    if factory == SQLITE:
        table = given.get("output_schema_type")
        convertible = _text(given.get("query_template")) is not None and _is_database(given.get("task_config"))
        return (
            Interface(parameters, (Field("results", table.text if table else "pandas.DataFrame"),))
            if convertible
            else None
        )
    if factory in (BIGQUERY, SNOWFLAKE):
        if "task_config" not in given:
            return None
        table = given.get(ORDER[factory][-1])
        return Interface(parameters, (Field("results", table.text),) if table is not None else ())
    outputs = _typed(given.get("outputs"))
    return Interface(parameters, outputs) if outputs is not None else None


def _given(factory: str, variable: Variable) -> dict[str, Argument] | None:
    """The constructor's arguments by name, None ones left out; None if they are unpacked."""
    arguments = [*zip(ORDER[factory], variable.positional, strict=False), *((a.keyword, a) for a in variable.arguments)]
    if len(variable.positional) > len(ORDER[factory]) or any(a.text.startswith("*") for a in variable.positional):
        return None
    found = {name: argument for name, argument in arguments if argument.text != "None"}
    return None if "**" in found else found


def _typed(argument: Argument | None) -> tuple[Field, ...] | None:
    """The fields of ``kwtypes(a=int)`` or ``{"a": int}``; None if they can't be read."""
    if argument is None:
        return ()
    node = _expression(argument)
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
        if not _is_string(variable) or not _is_string(location) or "var_type" not in given:
            return None
        assert isinstance(variable, ast.Constant) and isinstance(location, ast.Constant)
        if not is_template(str(location.value), ("inputs",)):
            return None
        found.append(Field(str(variable.value), ast.unparse(given["var_type"])))
    return tuple(found)


def _is_script(argument: Argument | None) -> bool:
    text = _text(argument)
    return text is not None and is_template(text, ("inputs", "outputs"))


def is_template(text: str, roots: tuple[str, ...]) -> bool:
    """Whether a ``str.format`` template reads nothing but ``{inputs.x}`` (and ``{outputs.x}``)."""
    for match in _TEMPLATE_FIELD.finditer(text):
        if match[1] is None:
            continue
        field = _SCRIPT_FIELD.fullmatch(match[1])
        if field is None or field[1] not in roots:
            return False
    return True


def _is_database(argument: Argument | None) -> bool:
    """Whether a ``SQLite3Config`` is written out, its ``compressed`` a literal."""
    node = _expression(argument) if argument is not None else None
    if not isinstance(node, ast.Call) or any(k.arg is None for k in node.keywords):
        return False
    given: dict[str | None, ast.expr] = dict(zip(("uri", "compressed"), node.args, strict=False))
    given.update({k.arg: k.value for k in node.keywords})
    compressed = given.get("compressed")
    return "uri" in given and (compressed is None or isinstance(compressed, ast.Constant))


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
