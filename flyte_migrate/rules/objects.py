"""Task objects that become functions (``ShellTask``, ``SQLite3Task``, ``Echo``, ``FileSensor``): what they share.

An object is replaced where it stands by a function of its variable's name; :mod:`flyte_migrate.project.objects` decides
which objects can be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import libcst as cst

from flyte_migrate.mapping import table
from flyte_migrate.project.objects import ORDER
from flyte_migrate.rewrite.flow import Type
from flyte_migrate.rewrite.plan import Covered, Finding, Insert, Item, Replace
from flyte_migrate.rewrite.template import code, only_lines
from flyte_migrate.rewrite.view import FileView, Reference, Statement, TaskObject
from flyte_migrate.rules.configuration import arguments, callee, follow, lost_comments, names_in
from flyte_migrate.rules.tasks import task_arguments

_METADATA = "flytekit.TaskMetadata"
_METADATA_ORDER = (
    "cache",
    "cache_serialize",
    "cache_version",
    "cache_ignore_input_vars",
    "interruptible",
    "deprecated",
    "retries",
    "timeout",
    "pod_template_name",
)


#: Arguments that make the function itself.
_OWN = frozenset({"name", "inputs", "debug", "script", "script_file", "shell", "output_locs", "query_template"}) | {
    "task_config",
    "output_schema_type",
    "outputs",
    "query",
    "provider",
}


@dataclass(frozen=True)
class Body:
    """The body of a function that takes the place of a task object: its lines, and what it returns (source text)."""

    lines: tuple[str, ...]
    returns: str


def object_arguments(view: FileView, made: TaskObject) -> dict[str, cst.Arg]:
    """The constructor's arguments by name, the fields of its ``metadata=TaskMetadata(...)`` among them."""
    return with_metadata(view, arguments(made.node, ORDER[made.task.factory]) or {}, made.node)


def with_metadata(view: FileView, given: Mapping[str, cst.Arg], node: cst.Call) -> dict[str, cst.Arg]:
    """Arguments with those of a ``TaskMetadata(...)`` among them in its place."""
    found = {name: arg for name, arg in given.items() if name != "metadata"}
    metadata = given.get("metadata")
    if metadata is not None and isinstance(metadata.value, cst.Call) and callee(view, metadata.value) == _METADATA:
        found.update(arguments(metadata.value, _METADATA_ORDER) or {})
    return found


def rebuilt_arguments(made: TaskObject, originals: Mapping[str, cst.Arg], updated: cst.Call) -> dict[str, cst.Arg]:
    """The arguments of :func:`object_arguments` with the edits below them applied."""
    pairs: dict[cst.CSTNode, cst.Arg] = dict(zip(made.node.args, updated.args, strict=True))
    for old, new in list(pairs.items()):
        assert isinstance(old, cst.Arg)
        if (
            isinstance(old.value, cst.Call)
            and isinstance(new.value, cst.Call)
            and len(old.value.args) == len(new.value.args)
        ):
            pairs.update(zip(old.value.args, new.value.args, strict=True))
    return {name: pairs.get(arg, arg) for name, arg in originals.items()}


def typed_items(node: cst.BaseExpression | None) -> dict[str, str]:
    """Source text of the types in ``kwtypes(a=int)`` or ``{"a": int}``, rewritten or not."""
    if isinstance(node, cst.Call):
        return {a.keyword.value: code(a.value) for a in node.args if a.keyword is not None}
    if isinstance(node, cst.Dict):
        pairs = [(e.key, e.value) for e in node.elements if isinstance(e, cst.DictElement)]
        return {str(k.evaluated_value): code(v) for k, v in pairs if isinstance(k, cst.SimpleString)}
    return {}


def local_names(view: FileView, made: TaskObject, *wishes: str) -> Iterator[str]:
    """Names for the variables of the function that are neither inputs nor read by what the object was made of."""
    nodes = [made.node, *(follow(view, arg.value) for arg in made.node.args)]
    read = [n for node in nodes for n in names_in(node) if getattr(view.parent(n), "keyword", None) is not n]
    taken = {n.value for n in read} | {p.name for p in made.task.function.parameters}
    return (wish if wish not in taken else f"{wish}_" for wish in wishes)


def kind_of_input(view: FileView, made: TaskObject, name: str) -> str:
    """``file``, ``directory``, ``datetime`` or empty: how a value of an input is written into a script."""
    parameter = next((p for p in made.task.function.parameters if p.name == name), None)
    annotation = parameter.annotation if parameter is not None else None
    return kind_of_type(view, annotation, made.task.module) if annotation else ""


def kind_of_type(view: FileView, annotation: str, module: str) -> str:
    """The same of a type's source text."""
    name = Type(annotation, module).bare(view).name(view)
    row = table().row(name)
    target = row.target if row is not None else ""
    if target == "flyte.io:File" or name == "flytekit.FlyteFile":
        return "file"
    if target == "flyte.io:Dir" or name == "flytekit.FlyteDirectory":
        return "directory"
    return "datetime" if name == "datetime.datetime" else ""


def define(
    view: FileView, made: TaskObject, build: Callable[[Mapping[str, cst.Arg], Mapping[str, str]], Body]
) -> Iterator[Item]:
    """Replace an object by a function; ``build`` gets its rewritten arguments and the text of its input types."""
    originals = object_arguments(view, made)
    variable = view.environment(*view.environments.of_task[made.task.qualified])
    name = made.task.name

    def replacement(updated: cst.SimpleStatementLine) -> cst.BaseStatement:
        small = updated.body[0]
        assert isinstance(small, (cst.Assign, cst.AnnAssign)) and isinstance(small.value, cst.Call)
        args = rebuilt_arguments(made, originals, small.value)
        types = typed_items(args["inputs"].value if "inputs" in args else None)
        types = types or {p.name: p.annotation or "" for p in made.task.function.parameters}
        body = build(args, types)
        inputs = ", ".join(f"{key}: {text}" for key, text in types.items())
        decorated = {k: a for k, a in args.items() if k not in _OWN}
        options = task_arguments(view, decorated, {k: originals[k] for k in decorated})
        decorator = code(cst.Call(cst.parse_expression(f"{variable}.task"), options)) if options else f"{variable}.task"
        # Only the first line of each: what follows in it is the text of a string.
        lines = "\n".join(f"    {line}" for line in body.lines)
        text = f"@{decorator}\ndef {name}({inputs}) -> {body.returns}:\n{lines}\n"
        definition = cst.parse_module(text).body[0]
        assert isinstance(definition, cst.FunctionDef)
        return definition.with_changes(leading_lines=_leading(made.statement, definition))

    yield Replace(made.statement, replacement)
    for reference in view.references:
        if made.node in view.ancestors(reference.node):
            yield Covered(reference.node)
    yield from _set_off(view, made.statement)


def _leading(statement: cst.SimpleStatementLine, definition: cst.FunctionDef) -> list[cst.EmptyLine]:
    """Two blank lines and the comments of the object, those inside its arguments included."""
    own = list(statement.leading_lines)
    while own and own[0].comment is None:
        own.pop(0)
    inner = [cst.EmptyLine(comment=cst.Comment(text)) for text in lost_comments([statement], [definition, *own])]
    return [cst.EmptyLine(indent=False), cst.EmptyLine(indent=False), *own, *inner]


def _set_off(view: FileView, statement: Statement) -> Iterator[Item]:
    """Two blank lines between the definition and what follows it, unless that is a definition as well."""
    body = list(view.tree.body)
    following = body[body.index(statement) + 1] if statement in body[:-1] else None
    if following is None or any(made.statement is following for made in view.objects):
        return
    blanks = [line for line in following.leading_lines[:2] if line.comment is None]
    if len(blanks) < 2:
        yield Insert(following, lambda rebuild: [only_lines([cst.EmptyLine(indent=False)] * (2 - len(blanks)))])


def unconverted(view: FileView, reference: Reference, code_: str, message: str) -> Iterator[Item]:
    """A finding for a constructor call that is no task object of the index."""
    node = view.parent(reference.chain)
    if (
        isinstance(node, cst.Call)
        and node.func is reference.chain
        and all(made.node is not node for made in view.objects)
    ):
        yield Finding(node, code_, message)


def objects_of(view: FileView, factory: str) -> Iterator[TaskObject]:
    """The file's task objects of one v1 class."""
    return (made for made in view.objects if made.task.factory == factory)


def constructor(view: FileView, factory: str, target: str) -> str:
    """The v2 class of the file's task objects: by its dotted name where v1's of the same name is still called."""
    converted = {made.node for made in view.objects}
    called = [view.parent(r.chain) for r in view.references if r.name == factory and not r.rest]
    if all(node in converted for node in called if isinstance(node, cst.Call)):
        return view.local_name(target)
    module, _, name = target.partition(":")
    return f"{view.local_name(f'{module}:')}.{name}"
