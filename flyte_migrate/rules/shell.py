"""``ShellTask`` → a task that runs the script with ``subprocess``; ``subproc_execute`` → the same (TSK-07).

A script that is written out becomes an f-string; one that has a name, or stands in a file, is filled in with
``str.format`` as v1 did (``flytekit.extras.tasks.shell.ShellTask.execute``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import libcst as cst

from flyte_migrate.project.objects import RAW_SHELL, SHELL
from flyte_migrate.rewrite.flow import Type
from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.scopes import Binding
from flyte_migrate.rewrite.template import argument, code, keyword_of, string_value
from flyte_migrate.rewrite.view import FileView, Reference, TaskObject
from flyte_migrate.rewrite.walk import walk
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
_RESULT = "flytekit.extras.tasks.shell.ProcessResult"
_MEMBERS = {"output": "stdout", "error": "stderr"}
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


# -- subproc_execute --------------------------------------------------------------------------------------------------


@on_symbol(_EXECUTE)
def convert_execute(view: FileView, reference: Reference) -> Iterator[Item]:
    """``subproc_execute(command)`` → ``subprocess.run(command, check=True, capture_output=True, text=True)``."""
    node = view.parent(reference.chain)
    if not isinstance(node, cst.Call) or node.func is not reference.chain or any(a.star for a in node.args):
        yield Finding(
            reference.chain, "FM612", "subproc_execute is subprocess.run with check, capture_output and text."
        )
        return
    first = next(r for r in view.references if r.name == _EXECUTE and isinstance(view.parent(r.chain), cst.Call))
    if first is reference:
        yield Finding(
            node,
            "FM612",
            "output and error are stdout and stderr, and a failure raises CalledProcessError, not RuntimeError.",
        )
    defaults = [name for name in ("check", "capture_output", "text") if name == "check" or not keyword_of(node, name)]
    if keyword_of(node, "stdout") is not None or keyword_of(node, "stderr") is not None:
        defaults = [name for name in defaults if name != "capture_output"]
    target = cst.parse_expression(f"{view.local_name('subprocess:')}.run")

    def build(updated: cst.Call) -> cst.Call:
        command = updated.args[0].with_changes(
            keyword=None, equal=cst.MaybeSentinel.DEFAULT, comma=cst.MaybeSentinel.DEFAULT
        )
        # Without check= v1 asked for the return code itself.
        rest = [
            a.with_changes(comma=cst.MaybeSentinel.DEFAULT) for a in updated.args[1:] if not _is_keyword(a, "check")
        ]
        return cst.Call(target, [command, *rest, *(argument("True", name) for name in defaults)])

    yield Replace(node, build)
    yield from _convert_handlers(view, node)


def _is_keyword(arg: cst.Arg, name: str) -> bool:
    return arg.keyword is not None and arg.keyword.value == name


def _convert_handlers(view: FileView, node: cst.Call) -> Iterator[Item]:
    """``except RuntimeError`` around a command that may fail, or may not be there."""
    child: cst.CSTNode = node
    for ancestor in view.ancestors(node):
        if isinstance(ancestor, (cst.FunctionDef, cst.Lambda)):
            return
        if isinstance(ancestor, cst.Try) and ancestor.body is child:
            inside = list(walk(ancestor.body))
            first = next(n for n in inside if isinstance(n, cst.Call) and view.canonical(n.func) == _EXECUTE)
            if first is not node or any(isinstance(n, cst.Call) and view.task_of(n.func) is not None for n in inside):
                return
            module = view.local_name("subprocess:")
            for handler in ancestor.handlers:
                if isinstance(handler.type, cst.Name) and handler.type.value == "RuntimeError":
                    classes = f"(RuntimeError, {module}.CalledProcessError, FileNotFoundError)"
                    yield Replace(handler.type, lambda updated, classes=classes: cst.parse_expression(classes))  # type: ignore[misc]
            return
        child = ancestor


@on_symbol(_RESULT)
def convert_result(view: FileView, reference: Reference) -> Iterator[Item]:
    """``ProcessResult`` as a type is ``subprocess.CompletedProcess``."""
    parent = view.parent(reference.chain)
    if isinstance(parent, cst.Call) and parent.func is reference.chain:
        text = (
            "ProcessResult is subprocess.CompletedProcess(command, returncode, stdout, stderr) in the standard library."
        )
        yield Finding(parent, "FM612", text)
        return
    target = f"{view.local_name('subprocess:')}.CompletedProcess"
    yield Replace(reference.chain, lambda updated: cst.parse_expression(target))


@on_file
def convert_members(view: FileView) -> Iterator[Item]:
    """``output`` and ``error`` of what ``subproc_execute`` gave."""
    if not view.facts.uses_v1 and not any(".shell" in f.target for f in view.facts.imports):
        return
    for node in view.by_type.get(cst.Attribute, ()):
        assert isinstance(node, cst.Attribute)
        name = _MEMBERS.get(node.attr.value)
        if name is not None and _is_result(view, node.value):
            yield Replace(node, lambda updated, name=name: updated.with_changes(attr=cst.Name(name)))  # type: ignore[misc]


def _is_result(view: FileView, node: cst.BaseExpression, depth: int = 0) -> bool:
    """Whether an expression is a result of ``subproc_execute``, as far as assignments and annotations say."""
    if isinstance(node, cst.NamedExpr):
        return _is_result(view, node.value, depth)
    if isinstance(node, cst.Call):
        name = view.canonical(node.func)
        found = view.index.definition(view.qualified(node.func) or "", view.facts.module)
        function = found.function if found is not None else None
        if found is None or function is None or not function.returns:
            return name == _EXECUTE
        return Type(function.returns, found.module.module).bare(view).name(view) == _RESULT
    if not isinstance(node, cst.Name) or depth > 5:
        return False
    bindings = view.bindings(node)
    return bool(bindings) and all(_holds_result(view, b, depth) for b in bindings)


def _holds_result(view: FileView, binding: Binding, depth: int) -> bool:
    annotation = getattr(binding.node, "annotation", None)
    if isinstance(annotation, cst.Annotation):
        return view.canonical(annotation.annotation) == _RESULT
    return binding.kind == "assign" and binding.value is not None and _is_result(view, binding.value, depth + 1)
