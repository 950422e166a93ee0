"""``ShellTask`` → a task that runs the script with ``subprocess``; ``subproc_execute`` → the same (TSK-07)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import libcst as cst

from flyte_migrate.project.objects import SHELL
from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import argument, code, keyword_of, string_value
from flyte_migrate.rewrite.view import FileView, Reference, TaskObject
from flyte_migrate.rules import on_file, on_symbol
from flyte_migrate.rules.configuration import arguments, literal
from flyte_migrate.rules.objects import Body, define, kind_of_input, kind_of_type, objects_of, unconverted

_FIELD = re.compile(r"(?<!\{)((?:\{\{)*)\{(inputs|outputs)\.(\w+)")
_WHOLE = re.compile(r"\{(\w+)\}")
_EXECUTE = "flytekit.extras.tasks.shell.subproc_execute"
_LOCATION = ("var", "var_type", "location")


@on_file
def convert_shell(view: FileView) -> Iterator[Item]:
    """A function that fills in the script, runs it and returns the files it wrote."""
    for made in objects_of(view, SHELL):
        yield from define(view, made, lambda args, types, made=made: _body(view, made, args))  # type: ignore[misc]


def _body(view: FileView, made: TaskObject, args: Mapping[str, cst.Arg]) -> Body:
    script = args["script"].value
    locations = _locations(args["output_locs"].value) if "output_locs" in args else {}
    values = _values(view, made, locations)
    lines = [f"{path} = {name}.download_sync()" for name, path in _paths(view, made, script, locations).items()]
    lines += [f"{values['outputs', name]} = {_filled(location, values)}" for name, location in locations.items()]
    shell = string_value(args["shell"].value) if "shell" in args else "/bin/sh"
    options = "" if shell == "/bin/sh" else f", executable={code(args['shell'].value)}"
    run = f"{view.local_name('subprocess:')}.run"
    filled = _filled(script, values)
    if "debug" in args and literal(args["debug"].value) is True:
        lines += [f"script = {filled}", "print(script)", f"{run}(script, shell=True, check=True{options})"]
    elif "\n" in filled:
        lines += [f"script = {filled}", f"{run}(script, shell=True, check=True{options})"]
    else:
        lines += _call(run, [filled, "shell=True", "check=True", *([options[2:]] if options else [])])
    if not locations:
        return Body(tuple(lines), "None")
    outputs = []
    types = []
    for field in made.task.outputs.fields:
        cls = "Dir" if kind_of_type(view, field.annotation, made.task.module) == "directory" else "File"
        local = view.local_name(f"flyte.io:{cls}")
        types.append(local)
        outputs.append(f"{local}.from_local_sync({values['outputs', field.name]})")
    lines.append(f"return {', '.join(outputs)}")
    return Body(tuple(lines), types[0] if len(types) == 1 else f"tuple[{', '.join(types)}]")


def _call(function: str, args: list[str]) -> list[str]:
    """A call on one line, or with one argument a line."""
    line = f"{function}({', '.join(args)})"
    return [line] if len(line) < 85 else [f"{function}(", *(f"    {arg}," for arg in args), ")"]


def _locations(node: cst.BaseExpression) -> dict[str, cst.BaseExpression]:
    """The location of every output by its name."""
    found: dict[str, cst.BaseExpression] = {}
    for element in node.elements if isinstance(node, (cst.List, cst.Tuple)) else ():
        if isinstance(element.value, cst.Call):
            given = arguments(element.value, _LOCATION) or {}
            found[str(string_value(given["var"].value))] = given["location"].value
    return found


def _values(
    view: FileView, made: TaskObject, locations: Mapping[str, cst.BaseExpression]
) -> dict[tuple[str, str], str]:
    """The expression in the function for every field of the script: files and directories are downloaded."""
    names = [p.name for p in made.task.function.parameters]
    found: dict[tuple[str, str], str] = {}
    for name in names:
        kind = kind_of_input(view, made, name)
        found["inputs", name] = (
            f"{name}_path" if kind in ("file", "directory") else name + (".isoformat()" if kind else "")
        )
    for name in locations:
        found["outputs", name] = f"{name}_path" if name in names and f"{name}_path" not in found.values() else name
        if name in names and found["outputs", name] == name:
            found["outputs", name] = f"{name}_output"
    return found


def _paths(
    view: FileView, made: TaskObject, script: cst.BaseExpression, locations: Mapping[str, cst.BaseExpression]
) -> dict[str, str]:
    """The inputs that have to be downloaded because the script or a location names them."""
    text = "".join(string_value(node) or "" for node in (script, *locations.values()))
    read = {match[3] for match in _FIELD.finditer(text) if match[2] == "inputs"}
    names = [p.name for p in made.task.function.parameters if p.name in read]
    return {n: f"{n}_path" for n in names if kind_of_input(view, made, n) in ("file", "directory")}


def _filled(node: cst.BaseExpression, values: Mapping[tuple[str, str], str]) -> str:
    """A ``str.format`` template as an f-string over the function's names; a plain string where it has no fields."""
    parts = [node] if isinstance(node, cst.SimpleString) else _parts(node)
    texts = []
    for part in parts:
        raw = part.raw_value
        if "{" not in raw and "}" not in raw:
            texts.append(code(part))
            continue
        filled = _FIELD.sub(lambda m: f"{m[1]}{{{values.get((m[2], m[3]), m[3])}", raw)
        if len(parts) == 1 and (whole := _WHOLE.fullmatch(filled)):
            return whole[1]
        texts.append(f"f{part.prefix}{part.quote}{filled}{part.quote}")
    return " ".join(texts)


def _parts(node: cst.BaseExpression) -> list[cst.SimpleString]:
    if isinstance(node, cst.ConcatenatedString):
        return [*_parts(node.left), *_parts(node.right)]
    return [node] if isinstance(node, cst.SimpleString) else []


@on_symbol(SHELL)
def report_shell(view: FileView, reference: Reference) -> Iterator[Item]:
    """A shell task whose script is not written out here, or that is made in passing."""
    message = "This script can't be read here; run it with subprocess.run in a task, return File.from_local_sync(path)."
    yield from unconverted(view, reference, "FM610", message)


@on_symbol(_EXECUTE)
def convert_execute(view: FileView, reference: Reference) -> Iterator[Item]:
    """``subproc_execute(command)`` → ``subprocess.run(command, check=True, capture_output=True, text=True)``."""
    node = view.parent(reference.chain)
    if not isinstance(node, cst.Call) or node.func is not reference.chain:
        yield Finding(
            reference.chain, "FM612", "subproc_execute is subprocess.run with check, capture_output and text."
        )
        return
    yield Finding(
        node,
        "FM612",
        "output and error are stdout and stderr, and a failure raises CalledProcessError, not RuntimeError.",
    )
    defaults = [name for name in ("check", "capture_output", "text") if keyword_of(node, name) is None]
    if keyword_of(node, "stdout") is not None or keyword_of(node, "stderr") is not None:
        defaults = [name for name in defaults if name != "capture_output"]
    target = cst.parse_expression(f"{view.local_name('subprocess:')}.run")

    def build(updated: cst.Call) -> cst.Call:
        command = updated.args[0].with_changes(
            keyword=None, equal=cst.MaybeSentinel.DEFAULT, comma=cst.MaybeSentinel.DEFAULT
        )
        rest = [a.with_changes(comma=cst.MaybeSentinel.DEFAULT) for a in updated.args[1:]]
        return cst.Call(target, [command, *rest, *(argument("True", name) for name in defaults)])

    yield Replace(node, build)
    yield from _convert_results(view, node)


def _convert_results(view: FileView, node: cst.Call) -> Iterator[Item]:
    """``result.output`` and ``result.error`` of the variable that holds the result."""
    renamed = {"output": "stdout", "error": "stderr"}
    parent = view.parent(node)
    members = [parent] if isinstance(parent, cst.Attribute) else []
    if isinstance(parent, cst.Assign) and len(parent.targets) == 1 and isinstance(parent.targets[0].target, cst.Name):
        target = parent.targets[0].target
        scope = view.scope_at[target].owner(target.value)
        uses = view.uses_of(target.value, scope) if scope is not None else []
        members = [above for use in uses if isinstance(above := view.parent(use), cst.Attribute)]
    for member in members:
        name = renamed.get(member.attr.value)
        if name is not None:
            yield Replace(member, lambda updated, name=name: updated.with_changes(attr=cst.Name(name)))  # type: ignore[misc]
