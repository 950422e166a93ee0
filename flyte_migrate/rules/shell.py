"""``ShellTask`` → a task that runs the script with ``subprocess``; ``subproc_execute`` → the same (TSK-07).

A script that is written out becomes an f-string; one that has a name, or stands in a file, is filled in with
``str.format`` as v1 did (``flytekit.extras.tasks.shell.ShellTask.execute``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import libcst as cst

from flyte_migrate.project.objects import RAW_SHELL, SHELL
from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import argument, code, keyword_of, string_value
from flyte_migrate.rewrite.view import FileView, Reference, TaskObject
from flyte_migrate.rules import on_file, on_symbol
from flyte_migrate.rules.configuration import arguments, constant, literal
from flyte_migrate.rules.objects import (
    Body,
    define,
    kind_of_input,
    kind_of_type,
    local_names,
    objects_of,
    unconverted,
)

_FIELD = re.compile(r"(?<!\{)((?:\{\{)*)\{(inputs|outputs)\.(\w+)")
_WHOLE = re.compile(r"\{(\w+)\}")
_EXECUTE = "flytekit.extras.tasks.shell.subproc_execute"
_LOCATION = ("var", "var_type", "location")


@on_file
def convert_shell(view: FileView) -> Iterator[Item]:
    """A function that fills in the script, runs it and returns the files it wrote."""
    for made in objects_of(view, SHELL):
        yield from define(view, made, lambda args, types, made=made: _body(view, made, args))  # type: ignore[misc]
    for made in objects_of(view, RAW_SHELL):
        yield from define(view, made, lambda args, types: _raw_body(view))


def _body(view: FileView, made: TaskObject, args: Mapping[str, cst.Arg]) -> Body:
    script = args["script" if "script" in args else "script_file"].value
    if "script" not in args:
        script = cst.parse_expression(f"{view.local_name('pathlib:Path')}({code(script)}).read_text()")
    locations = _locations(args["output_locs"].value) if "output_locs" in args else {}
    values = _values(view, made, locations)
    lines = [f"{path} = {name}.download_sync()" for name, path in _paths(view, made, script, locations).items()]
    for name, location in locations.items():
        first, *rest = _filled(view, made, location, {k: v for k, v in values.items() if k[0] == "inputs"})
        lines += [f"{values['outputs', name]} = {first}", *rest]
    shell = string_value(args["shell"].value) if "shell" in args else "/bin/sh"
    options = "" if shell == "/bin/sh" else f", executable={code(args['shell'].value)}"
    run = f"{view.local_name('subprocess:')}.run"
    filled, *rest = _filled(view, made, script, values)
    (variable,) = local_names(view, made, "script")
    debug = "debug" in args and literal(args["debug"].value) is True
    if debug or rest or "\n" in filled:
        shown = [f"print({variable})"] if debug else []
        call_ = _call(run, [variable, "shell=True", "check=True", *([options[2:]] if options else [])])
        lines += [f"{variable} = {filled}", *rest, *shown, *call_]
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
    """The inputs that have to be downloaded because the script or a location names them, or may do so."""
    texts = [_text(view, node) for node in (script, *locations.values())]
    read = {match[3] for text in texts if text for match in _FIELD.finditer(text) if match[2] == "inputs"}
    names = [p.name for p in made.task.function.parameters if p.name in read or None in texts]
    return {n: f"{n}_path" for n in names if kind_of_input(view, made, n) in ("file", "directory")}


def _text(view: FileView, node: cst.BaseExpression) -> str | None:
    """The text of a template, as far as it is known here; that of an f-string without its values."""
    if isinstance(node, cst.FormattedString):
        return "".join(_single(p.value) for p in node.parts if isinstance(p, cst.FormattedStringText))
    if isinstance(node, cst.ConcatenatedString):
        texts = [_text(view, part) for part in (node.left, node.right)]
        return "".join(t for t in texts if t is not None)
    text = string_value(node)
    known = constant(view, node) if text is None else text
    return known if isinstance(known, str) else None


def _single(text: str) -> str:
    """The text of an f-string, whose braces are doubled."""
    return text.replace("{{", "{").replace("}}", "}")


def _filled(
    view: FileView, made: TaskObject, node: cst.BaseExpression, values: Mapping[tuple[str, str], str]
) -> list[str]:
    """A ``str.format`` template as an f-string over the function's names; a plain string where it has no fields.

    What is no string here is filled in when it runs, with one argument a line.
    """
    if not isinstance(node, (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)):
        text = _text(view, node)
        if text is not None and "{" not in text and "}" not in text:
            return [code(node)]
        return _formatted(view, node, text, values)
    parts = _parts(node)
    texts = []
    for part in parts:
        if isinstance(part, cst.FormattedString):
            filled_parts = [
                p.with_changes(value=_substituted(_single(p.value), values))
                if isinstance(p, cst.FormattedStringText)
                else p
                for p in part.parts
            ]
            texts.append(code(part.with_changes(parts=filled_parts)))
            continue
        raw = part.raw_value
        if "{" not in raw and "}" not in raw:
            texts.append(code(part))
            continue
        filled = _substituted(raw, values)
        if len(parts) == 1 and (whole := _WHOLE.fullmatch(filled)):
            return [whole[1]]
        texts.append(f"f{part.prefix}{part.quote}{filled}{part.quote}")
    return (
        ["(", *(f"    {text}" for text in texts), ")"]
        if sum(map(len, texts)) > 80 and len(texts) > 1
        else [" ".join(texts)]
    )


def _substituted(text: str, values: Mapping[tuple[str, str], str]) -> str:
    return _FIELD.sub(lambda m: f"{m[1]}{{{values.get((m[2], m[3]), m[3])}", text)


def _formatted(
    view: FileView, node: cst.BaseExpression, text: str | None, values: Mapping[tuple[str, str], str]
) -> list[str]:
    """``template.format(inputs=…, outputs=…)`` with what the template reads, or may read."""
    read = None if text is None else {(m[2], m[3]) for m in _FIELD.finditer(text)}
    namespace = view.local_name("types:SimpleNamespace")
    arguments_ = []
    for root in ("inputs", "outputs"):
        given = [
            f"{name}={value}" for (of, name), value in values.items() if of == root and (not read or (of, name) in read)
        ]
        if given:
            arguments_.append(f"{root}={namespace}({', '.join(given)})")
    return _call(f"{code(node)}.format", arguments_)


def _parts(node: cst.BaseExpression) -> list[cst.SimpleString | cst.FormattedString]:
    if isinstance(node, cst.ConcatenatedString):
        return [*_parts(node.left), *_parts(node.right)]
    if isinstance(node, (cst.SimpleString, cst.FormattedString)):
        return [node.with_changes(lpar=(), rpar=())]
    return []


def _raw_body(view: FileView) -> Body:
    """That of ``get_raw_shell_task``, whose template is the same for all."""
    directory = view.local_name("flyte.io:Dir")
    lines = (
        f"folder = {view.local_name('tempfile:')}.mkdtemp()",
        'exports = "\\n".join(f"export {name}={value}" for name, value in env.items())',
        'script = f"set -uex\\ncd {folder}\\n{exports}\\nbash {script_file} {script_args}\\n"',
        "print(script)",
        f"{view.local_name('subprocess:')}.run(script, shell=True, check=True)",
        f"return {directory}.from_local_sync(folder)",
    )
    return Body(lines, directory)


@on_symbol(SHELL, RAW_SHELL)
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
