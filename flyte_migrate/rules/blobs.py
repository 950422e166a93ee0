"""What files and directories have in common: how they are made from paths and where they are read as paths.

``File`` and ``Dir`` are not path-like (TRAP-15): a value that v1 code hands to ``open``, ``pd.read_csv`` or ``os.path``
is downloaded first, once for each variable, since every download gives another copy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import libcst as cst

from flyte_migrate.project.facts import Function
from flyte_migrate.rewrite.flow import Type
from flyte_migrate.rewrite.plan import Finding, Helper, Insert, Item, Rebuild, Replace, insert
from flyte_migrate.rewrite.template import code, expression, only_lines, parenthesized, statement, string_value
from flyte_migrate.rewrite.view import FileView, Statement
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules.handovers import Handover, handovers
from flyte_migrate.rules.kinds import CONTAINER_METHODS, INSPECTION, Kind, Kinds, kinds_of


@dataclass(frozen=True)
class Blob:
    """File or directory: its names and the codes of what can't be converted."""

    kind: Literal["file", "dir"]
    target: str  # v2 class
    v1: str
    as_path: str
    from_value: str
    constructor: str
    attribute: str


FILE = Blob("file", "flyte.io:File", "FlyteFile", "FM300", "FM305", "FM308", "FM302")
DIRECTORY = Blob("dir", "flyte.io:Dir", "FlyteDirectory", "FM313", "FM305", "FM316", "FM315")

#: Logging calls and exceptions only name the file: they show its path.
_LOGGING = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})
#: What only looks at the name in a path, which is that of the URI, too.
_NAME_ATTRIBUTES = frozenset({"name", "stem", "suffix", "suffixes"})
_NAME_METHODS = frozenset({"endswith", "rsplit", "split", "rpartition"})
#: Attributes by which a value shows that it is a file or directory, whatever else its type allows.
_OF_BLOBS = frozenset({"path", "download", "open", "remote_source", "remote_path", "remote_directory", "crawl"})
_TO_PATH = frozenset({"str", "os.fspath"})
#: Modules and builtins whose functions take a path that is there.
_READERS = frozenset({"open", "os", "shutil", "pathlib", "zipfile", "tarfile", "gzip", "sqlite3", "pandas", "PIL"})
_PATH_CLASSES = frozenset({"pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "pathlib.PurePosixPath"})


# -- making them ------------------------------------------------------------------------------------------------------


def awaits(view: FileView, node: cst.CSTNode) -> bool:
    """Whether an ``await`` may stand at a place: directly in an async function."""
    for ancestor in view.ancestors(node):
        if isinstance(ancestor, (cst.Lambda, cst.GeneratorExp)):
            return False
        if isinstance(ancestor, cst.FunctionDef):
            return ancestor.asynchronous is not None
    return False


def in_run(view: FileView, node: cst.CSTNode) -> bool:
    """Whether a place is code of a task or of a helper, not of the module, a test or a ``main``, which have no run."""
    if any(isinstance(a, (cst.Param, cst.Decorator)) for a in view.ancestors(node)):
        return False  # evaluated when the module is imported
    function = view.function_of(node)
    if view.task_around(node) is not None:
        return True
    if function is None or function.name.value.startswith("test") or function.name.value == "main":
        return False
    return not _is_called_by_the_module(view, function)


def _is_called_by_the_module(view: FileView, function: cst.FunctionDef) -> bool:
    """Whether code outside of all functions calls a function, and no task does."""
    name = function.name.value
    if view.parent(function) is not view.tree or f"{view.facts.module}.{name}" in view.colours.inside:
        return False
    uses = (n for n in view.occurrences.get(name, ()) if view.scope_at[n].owner(name) is view.module_scope)
    return any(view.function_of(use) is None for use in uses)


def v2_type(view: FileView, target: str) -> cst.BaseExpression:
    """``File``, or ``flyte.io.File`` where the file already has a ``File`` of its own."""
    module, _, name = target.partition(":")
    imported = any(f.local == name and f.target == f"{module}.{name}" for f in view.facts.imports)
    if name in view.facts.bound and not imported:
        return cst.parse_expression(f"{view.local_name(f'{module}:')}.{name}")
    return view.ref(target)


def v2_name(view: FileView, target: str) -> str:
    """The text of :func:`v2_type`."""
    return code(v2_type(view, target))


def made_from(
    view: FileView,
    blob: Blob,
    place: Kind,
    value: cst.BaseExpression,
    at: cst.CSTNode,
    destination: cst.BaseExpression | None = None,
    original: cst.BaseExpression | None = None,
) -> cst.BaseExpression:
    """The ``File`` or ``Dir`` for a path or URI, which may be told apart at run time only (TYP-01…04, TYP-16).

    ``value`` is the rebuilt expression, ``original`` what it was, ``at`` the original place of the result. What
    :func:`helpers` gives goes with it.
    """
    cls = v2_type(view, blob.target)
    if place.name == "uri" or not in_run(view, at):
        is_text = place.name == "uri" or (original is not None and kinds_of(view).is_string(original))
        given = "{value}" if is_text else "str({value})"
        return expression(f"{{cls}}.from_existing_remote({given})", cls=cls, value=value)
    if place.name == "text" and destination is None:
        if not isinstance(value, (cst.Name, cst.Attribute)):
            await_ = "await " if awaits(view, at) else ""
            return expression(f"{await_}{_helper_name(view, blob, at)}({{value}})", value=value)
        local = made_from(view, blob, Kind("path"), value, at)
        return expression(
            "{cls}.from_existing_remote({value}) if {storage}.is_remote({value}) else {local}",
            cls=cls, value=value, storage=view.ref("flyte.storage:"), local=local,
        )  # fmt: skip
    call = "await {cls}.from_local" if awaits(view, at) else "{cls}.from_local_sync"
    if destination is not None:
        return expression(
            call + "({value}, remote_destination={destination})", cls=cls, value=value, destination=destination
        )
    return expression(call + "({value})", cls=cls, value=value)


def _helper_name(view: FileView, blob: Blob, at: cst.CSTNode) -> str:
    name = f"async_{blob.kind}_at" if awaits(view, at) else f"{blob.kind}_at"
    return name if name not in view.facts.bound else f"{name}_path"


def helpers(view: FileView, blob: Blob, place: Kind, value: cst.BaseExpression, at: cst.CSTNode) -> Iterator[Helper]:
    """The function that :func:`made_from` calls for text that is more than a name."""
    if place.name != "text" or not in_run(view, at) or isinstance(value, (cst.Name, cst.Attribute)):
        return
    cls, storage, name = v2_name(view, blob.target), view.local_name("flyte.storage:"), _helper_name(view, blob, at)
    local = f"await {cls}.from_local" if awaits(view, at) else f"{cls}.from_local_sync"
    yield Helper(
        name,
        f'''
{"async " if awaits(view, at) else ""}def {name}(path: str) -> {cls}:
    """The {cls} for a URI, or for a local path, which is uploaded."""
    return {cls}.from_existing_remote(path) if {storage}.is_remote(path) else {local}(path)
''',
    )


def placed(view: FileView, node: cst.BaseExpression, made: cst.BaseExpression) -> cst.BaseExpression:
    """An expression fit for the place of ``node``: in parentheses where an operator or attribute follows."""
    parent = view.parent(node)
    if isinstance(made, (cst.Await, cst.IfExp)) and isinstance(
        parent,
        (
            cst.Attribute,
            cst.Subscript,
            cst.Call,
            cst.BinaryOperation,
            cst.Await,
            cst.IfExp,
            cst.BooleanOperation,
            cst.Comparison,
        ),
    ):
        return parenthesized(made)
    return made


def hand_over(view: FileView, blob: Blob) -> Iterator[Item]:
    """Make files or directories of the paths that tasks are given, return, or have as defaults and fields."""
    kinds = kinds_of(view)
    for item in handovers(view):
        if item.kind.name == blob.kind:
            yield from _handed(view, kinds, blob, item)
        elif item.kind.name in ("list", "dict") and item.kind.item is not None and item.kind.item.name == blob.kind:
            yield from _container_handed(view, kinds, blob, item)


def _handed(view: FileView, kinds: Kinds, blob: Blob, item: Handover) -> Iterator[Item]:
    kind = kinds.place_of(item.node)
    if kind is None or kind.is_either:
        if _matters_that_unknown(view, item):
            what = code(item.node) if len(code(item.node)) < 40 else "This value"
            verb = "returned as" if item.place == "return" else "given as"
            name = v2_name(view, blob.target)
            yield Finding(
                item.node,
                blob.from_value,
                f"{what} is {verb} a {name}; if it is a path, write {name}.from_local_sync(...)"
                f" or {name}.from_existing_remote(...).",
            )
        return
    if not kind.is_place or _local_copy_of(view, kinds, item.node):
        return
    yield from helpers(view, blob, kind, item.node, item.node)
    yield Replace(
        item.node,
        lambda updated: placed(view, item.node, made_from(view, blob, kind, updated, item.node, original=item.node)),
    )


def _local_copy_of(view: FileView, kinds: Kinds, node: cst.BaseExpression) -> bool:
    """Whether a path is the local copy of a file (``f.path``, ``str(f.download())``), edited where it is read."""
    if isinstance(node, cst.Call) and len(node.args) == 1 and kinds.called(node) in _TO_PATH:
        inner = node.args[0].value
        held = kinds.of(inner)
        return (held is not None and held.is_blob) or _local_copy_of(view, kinds, inner)
    attribute = node.func if isinstance(node, cst.Call) and not node.args else node
    if not isinstance(attribute, cst.Attribute) or attribute.attr.value not in ("path", "download"):
        return False
    owner = attribute.value
    held = kinds.of(owner)
    return (held is not None and held.is_blob) or (isinstance(owner, cst.Name) and kinds.holds_deferred(owner))


def _made_of_copy(view: FileView, node: cst.BaseExpression, path: cst.BaseExpression) -> cst.BaseExpression:
    """The path of a local copy, made a file again where it is handed over as one."""
    for item in handovers(view):
        if item.node is node and item.kind.is_blob:
            return made_from(view, FILE if item.kind.name == "file" else DIRECTORY, Kind("path"), path, node)
    return path


def _matters_that_unknown(view: FileView, item: Handover) -> bool:
    """Whether a value of unknown kind may be a path: not in a former workflow, whose values are task results."""
    definition = view.task_around(item.node)
    if definition is not None and definition.task.role == "workflow":
        return False
    return item.to_task and item.place in ("return", "argument") and not isinstance(item.node, cst.Await)


def _container_handed(view: FileView, kinds: Kinds, blob: Blob, item: Handover) -> Iterator[Item]:
    kind = kinds.of(item.node)
    if kind is None or kind.name not in ("list", "dict") or kind.item is None or not kind.item.is_place:
        return
    place = kind.item
    mapping = kind.name == "dict"

    def build(updated: cst.BaseExpression) -> cst.BaseExpression:
        made = made_from(view, blob, place, cst.Name("path"), item.node)
        if mapping:
            return expression(
                "{{name: {made} for name, path in {items}.items()}}".replace("{{", "{").replace("}}", "}"),
                made=made,
                items=updated,
            )
        return expression("[{made} for path in {items}]", made=made, items=updated)

    yield Replace(item.node, build)


# -- reading them as paths --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Use:
    """A use of a file or directory: ``node`` holds it, a download takes the place of ``whole``."""

    node: cst.BaseExpression
    kind: Kind
    role: Literal["keep", "path", "paths", "name", "shown", "attribute", "unknown"]
    whole: cst.BaseExpression
    attribute: str = ""
    call: cst.Call | None = None  # of a method
    reason: str = ""  # why a use is not converted


def uses(view: FileView, kinds: Kinds, kind: str) -> list[Use]:
    """All uses of values of a kind, in source order."""
    return [use for use in _all_uses(view) if use.kind.name == kind]


@lru_cache(maxsize=1)
def _all_uses(view: FileView) -> tuple[Use, ...]:
    """The uses of all files, directories and data frames of a file."""
    if not _may_hold_data(view):
        return ()
    kinds = kinds_of(view)
    types = {n for a in view.by_type.get(cst.Annotation, ()) for n in walk(a)}
    found: list[Use] = []
    for name in view.names:
        parent: cst.CSTNode | None = view.parents[name]
        if name in types or type(parent) in _BINDS or view.is_foreign(name):
            continue
        if name.value in _NEVER_DATA and not view.bindings(name):
            continue
        node: cst.BaseExpression = name
        while True:
            held = kinds.of(node)
            if held is not None and held.name in ("file", "dir", "frame") and not _is_type(view, kinds, node):
                use = use_of(view, kinds, node, held)
                if use.whole is not node or not kinds.is_constructor(node):
                    found.append(use)  # a constructor that is read at once is converted with what reads it
            elif (
                held is not None
                and held.name == "list"
                and (item := held.item) is not None
                and item.is_blob
                and (_all_are_read(view, kinds, node))
            ):
                found.append(Use(node, item, "paths", node))
            parent = view.parents.get(node)
            reads = _READS.get(type(parent))
            if reads is None or getattr(parent, reads) is not node:
                break
            assert isinstance(parent, cst.BaseExpression)
            node = parent
    return tuple(found)


def _all_are_read(view: FileView, kinds: Kinds, node: cst.BaseExpression) -> bool:
    """Whether a list of files is given to foreign code that reads paths: ``merge(files)``, ``["cat", *files]``."""
    parent = view.parent(node)
    if isinstance(parent, cst.StarredElement):
        return _is_command(view, kinds, parent)
    call = view.parent(parent) if isinstance(parent, cst.Arg) else None
    if not isinstance(call, cst.Call):
        return False
    name = kinds.called(call)
    if name == "map" and len(call.args) == 2 and call.args[1].value is node:
        function = call.args[0].value
        return isinstance(function, (cst.Name, cst.Attribute)) and not _is_of_project(view, function)
    if name.partition(".")[0] in _KEEP_ITEMS or name.startswith("flytekit.") or _shows(kinds, call):
        return False
    return kinds.takes_path(call)


def _is_of_project(view: FileView, function: cst.Name | cst.Attribute) -> bool:
    """Whether a function may take files as such: one of the project, or what can't be told."""
    name = view.qualified(function)
    if not name:
        return isinstance(function, cst.Attribute) or bool(view.bindings(function))
    return name.startswith("flytekit.") or view.index.definition(name, view.facts.module) is not None


#: Builtins and modules whose functions hand on the items of a list, or look at its length.
_KEEP_ITEMS = frozenset(
    {
        "map", "filter", "str", "repr", "min", "max", "range", "sum", "bool", "dict", "frozenset", "random",
        "itertools", "functools", "numpy", "collections", "operator", "more_itertools", "pickle", "json", "typing",
        "copy", "asyncio", "concurrent", "unittest", "pytest", "tqdm", "math",
    }
)  # fmt: skip
#: Builtins that neither are nor give a file, a directory, a data frame, or a list of them.
_NEVER_DATA = frozenset(
    {
        "print", "len", "int", "float", "bool", "str", "repr", "isinstance", "issubclass", "range", "round", "abs",
        "sum", "type", "super", "hash", "id", "any", "all", "hasattr", "callable", "format", "True", "False", "None",
    }
)  # fmt: skip
#: Expressions that hold what one of their parts holds, or what it gives.
_READS: dict[type, str] = {
    cst.Await: "expression",
    cst.Attribute: "value",
    cst.Subscript: "value",
    cst.NamedExpr: "value",
    cst.Call: "func",
}
_BINDS = frozenset({cst.AssignTarget, cst.Global, cst.Nonlocal, cst.NameItem})
#: Parts of the names of v1's data types and of their modules.
_DATA = (
    "FlyteFile",
    "types.file",
    "FlyteDirectory",
    "types.directory",
    "StructuredDataset",
    "FlyteSchema",
    "types.schema",
)


def _may_hold_data(view: FileView) -> bool:
    """Whether this module, or one up to two imports away, mentions a file, directory or data frame at all."""
    if "PathLike" in view.text:
        return True
    seen: set[str] = set()
    wave = {view.facts.module}
    for _ in range(3):
        seen |= wave
        modules = [view.index.modules[m] for m in wave if m in view.index.modules]
        if any(part in use.name for facts in modules for use in facts.uses for part in _DATA):
            return True
        wave = set()
        for facts in modules:
            for target in (*(i.target for i in facts.imports), *facts.star_imports):
                for name in (target, target.rpartition(".")[0]):
                    found = view.index.module_of(name, facts.module) if name else None
                    if found is not None and found not in seen:
                        wave.add(found)
    return False


def _is_type(view: FileView, kinds: Kinds, node: cst.BaseExpression) -> bool:
    return isinstance(node, (cst.Name, cst.Attribute)) and view.canonical(node).startswith("flytekit.")


def use_of(view: FileView, kinds: Kinds, node: cst.BaseExpression, kind: Kind) -> Use:
    """How an expression that holds a file or directory is used."""
    parent = view.parent(node)
    if isinstance(parent, cst.Attribute) and parent.value is node:
        return _attribute_use(view, kinds, node, kind, parent)
    if isinstance(parent, cst.Arg):
        call = view.parent(parent)
        assert isinstance(call, (cst.Call, cst.ClassDef))
        if isinstance(call, cst.Call):
            return _argument_use(view, kinds, node, kind, call, parent)
    if isinstance(parent, cst.FormattedStringExpression):
        return Use(node, kind, "shown" if _is_shown(view, kinds, node) else "path", node)
    if isinstance(parent, cst.BinaryOperation):
        return Use(node, kind, "path", node)
    if isinstance(parent, (cst.Element, cst.StarredElement)) and _is_command(view, kinds, parent):
        return Use(node, kind, "path", node)
    if kind.is_either:
        return Use(node, kind, "keep", node)
    if isinstance(parent, (cst.Index, cst.DictElement)) and (isinstance(parent, cst.Index) or parent.key is node):
        return Use(
            node,
            kind,
            "unknown",
            node,
            reason=f"{code(node)} is not hashable in Flyte 2: use {code(node)}.path as the key.",
        )
    if isinstance(parent, cst.Comparison) and any(
        kinds.of(c) in (None, Kind("text"), Kind("path"), Kind("uri")) for c in _compared(parent)
    ):
        return Use(
            node,
            kind,
            "unknown",
            node,
            reason=f"{code(node)} was equal to its path in Flyte 1: compare {code(node)}.path.",
        )
    if isinstance(parent, (cst.For, cst.CompFor)) and parent.iter is node:
        return Use(node, kind, "unknown", node)
    return Use(node, kind, "keep", node)


def _compared(node: cst.Comparison) -> list[cst.BaseExpression]:
    return [node.left, *(c.comparator for c in node.comparisons)]


def _is_command(view: FileView, kinds: Kinds, element: cst.CSTNode) -> bool:
    """Whether a list display is a command line or the like: it mixes the file with text, or goes to foreign code."""
    display = view.parent(element)
    if not isinstance(display, (cst.List, cst.Tuple)):
        return False
    arg = view.parent(display)
    call = view.parent(arg) if isinstance(arg, cst.Arg) else None
    if isinstance(call, cst.Call):
        return kinds.takes_path(call)
    return isinstance(display, cst.List) and any(
        isinstance(e.value, (cst.SimpleString, cst.FormattedString)) for e in display.elements
    )


def _is_shown(view: FileView, kinds: Kinds, node: cst.CSTNode) -> bool:
    """Whether text is only printed, logged or put into an exception."""
    for ancestor in view.ancestors(node):
        if isinstance(ancestor, cst.Call) and _shows(kinds, ancestor):
            return True
        if isinstance(ancestor, (cst.Raise, cst.Assert)):
            return True
        if isinstance(ancestor, (cst.BaseSmallStatement, cst.BaseCompoundStatement)):
            return False
    return False


def _shows(kinds: Kinds, call: cst.Call) -> bool:
    if kinds.called(call) in ("print", "repr", "logging.info", "warnings.warn"):
        return True
    return isinstance(call.func, cst.Attribute) and call.func.attr.value in _LOGGING


def _attribute_use(view: FileView, kinds: Kinds, node: cst.BaseExpression, kind: Kind, attribute: cst.Attribute) -> Use:
    name = attribute.attr.value
    if kind.is_either and name not in _OF_BLOBS:
        return Use(node, kind, "keep", node)
    outer = view.parent(attribute)
    call = outer if isinstance(outer, cst.Call) and outer.func is attribute else None
    if name in ("download", "__fspath__") and call is not None and not call.args:
        return Use(node, kind, "path", call, "download", call)
    if name == "with_overrides" and call is not None:
        return Use(node, kind, "keep", node)  # of the task that gives it
    if name == "path" and call is None:
        if kinds.is_new_remote(node) and not isinstance(outer, (cst.AssignTarget, cst.Del)):
            return Use(node, kind, "keep", node)
        if isinstance(outer, (cst.AssignTarget, cst.Del)):
            return Use(
                node,
                kind,
                "unknown",
                attribute,
                name,
                reason="File and Dir point to where they are: make a new one from the path instead.",
            )
        if _only_names(view, kinds, attribute) or _is_shown(view, kinds, attribute):
            return Use(node, kind, "name", attribute, name)
        return Use(node, kind, "path", _text_of(view, kinds, attribute) or attribute, name)
    return Use(node, kind, "attribute", call or attribute, name, call)


def _only_names(view: FileView, kinds: Kinds, node: cst.BaseExpression) -> bool:
    """Whether code only looks at the name in a path: ``Path(f.path).stem``, ``os.path.basename(f.path)``."""
    parent = view.parent(node)
    if isinstance(parent, cst.Attribute) and parent.value is node:
        return parent.attr.value in _NAME_ATTRIBUTES | _NAME_METHODS
    if not isinstance(parent, cst.Arg):
        return False
    call = view.parent(parent)
    if not isinstance(call, cst.Call):
        return False
    name = kinds.called(call)
    if name == "os.path.basename":
        return True
    if name == "os.path.splitext":  # only the suffix is looked at
        return isinstance(view.parent(call), cst.Subscript) and code(view.parent(call) or call).endswith("[1]")
    if name in _PATH_CLASSES or name == "str":
        return _only_names(view, kinds, call)
    return False


def _text_of(view: FileView, kinds: Kinds, node: cst.BaseExpression) -> cst.BaseExpression | None:
    """The ``str(...)`` or ``os.fspath(...)`` around a path: superfluous, since a download gives a string."""
    arg = view.parent(node)
    call = view.parent(arg) if isinstance(arg, cst.Arg) else None
    if isinstance(call, cst.Call) and len(call.args) == 1 and kinds.called(call) in _TO_PATH:
        return call
    return None


def _argument_use(
    view: FileView, kinds: Kinds, node: cst.BaseExpression, kind: Kind, call: cst.Call, arg: cst.Arg
) -> Use:
    name = kinds.called(call)
    if name in _TO_PATH and len(call.args) == 1:
        only_text = _only_names(view, kinds, call) or _is_shown(view, kinds, call)
        return Use(node, kind, "shown" if only_text else "path", node if kind.is_either else call)
    if _shows(kinds, call):
        return Use(node, kind, "shown", node)
    if _only_names(view, kinds, node):
        return Use(node, kind, "shown", node)
    if kinds.takes_path(call):
        return Use(node, kind, "shown" if kinds.is_new_remote(node) else "path", node)
    function = _plain_function(view, name)
    if function is None and (initializer := _initializer(view, name)) is not None:
        return Use(node, kind, _role_in_class(view, initializer, call, arg), node)
    if (
        function is None
        or name in INSPECTION
        or (isinstance(call.func, cst.Attribute) and call.func.attr.value in CONTAINER_METHODS)
    ):
        return Use(node, kind, "keep", node)
    given = _parameter_kind(view, kinds, function, call, arg)
    if given is None:
        return Use(node, kind, "unknown", node)
    return Use(node, kind, "path" if given.is_place else "keep", node)


def _plain_function(view: FileView, name: str) -> Function | None:
    if not name or view.index.task(name, view.facts.module) is not None:
        return None
    definition = view.index.definition(name, view.facts.module)
    return definition.function if definition is not None else None


def _initializer(view: FileView, name: str) -> cst.FunctionDef | None:
    """The ``__init__`` of a class of this file."""
    definition = view.index.definition(name, view.facts.module) if name else None
    if definition is None or definition.cls is None or definition.module is not view.facts:
        return None
    return next((node for node, key in view.functions if key == f"{definition.name}.__init__"), None)


def _role_in_class(
    view: FileView, function: cst.FunctionDef, call: cst.Call, arg: cst.Arg
) -> Literal["keep", "path", "unknown"]:
    """What a class makes of a file that it is given without saying so in an annotation."""
    parameters = [*function.params.params[1:], *function.params.kwonly_params]
    position = [a for a in call.args if a.keyword is None].index(arg) if arg.keyword is None else -1
    wanted = arg.keyword.value if arg.keyword is not None else ""
    found = [p for n, p in enumerate(parameters) if (p.name.value == wanted if wanted else n == position)]
    if not found or found[0].annotation is not None:
        return "keep"
    name = found[0].name.value
    owner = next((a for a in view.ancestors(function) if isinstance(a, cst.ClassDef)), function)
    held = {name} | {
        target.target.attr.value
        for node in walk(function.body)
        if isinstance(node, cst.Assign) and isinstance(node.value, cst.Name) and node.value.value == name
        for target in node.targets
        if isinstance(target.target, cst.Attribute)
    }
    if any(isinstance(node, cst.AnnAssign) and code(node.target).rpartition(".")[2] in held for node in walk(owner)):
        return "keep"
    for node in walk(owner):
        holder = node.value if isinstance(node, cst.Attribute) else None
        inner = holder.attr.value if isinstance(holder, cst.Attribute) else getattr(holder, "value", "")
        if isinstance(node, cst.Attribute) and inner in held and node.attr.value in _OF_BLOBS:
            return "unknown"
    return "path"


def _parameter_kind(view: FileView, kinds: Kinds, function: Function, call: cst.Call, arg: cst.Arg) -> Kind | None:
    """What a plain function of the project takes a file as: by its annotation, else by how its body uses it."""
    node = next((n for n, key in view.functions if key == function.key and n.name.value == function.name), None)
    positional = [p for p in function.parameters if p.kind == "positional"]
    number = [a for a in call.args if a.keyword is None].index(arg) if arg.keyword is None else -1
    name = arg.keyword.value if arg.keyword is not None else positional[number].name if number < len(positional) else ""
    parameter = next((p for p in function.parameters if p.name == name), None)
    if parameter is None:
        return None
    definition = view.index.definition(kinds.called(call), view.facts.module)
    if parameter.annotation and definition is not None:
        declared = Type(parameter.annotation, definition.module.module)
        return kinds.of_type(declared) or (Kind("other") if declared.name(view) in ("typing.Any", "object") else None)
    if node is None or definition is None or definition.module is not view.facts:
        return None
    if not kinds.touches(node, name):
        return Kind("path")
    inferred = next((p for p in (*node.params.params, *node.params.kwonly_params) if p.name.value == name), None)
    return kinds.of_parameter(inferred) if inferred is not None else None


# -- where they are ---------------------------------------------------------------------------------------------------


def remote_source(view: FileView, use: Use) -> Iterator[Item]:
    """``remote_source``, which was None for what is local → ``path``; a test for it asks where the path points."""
    parent = view.parent(use.whole)
    negated = _compares_to_none(parent)
    if negated is not None and isinstance(parent, cst.Comparison):
        yield Replace(parent, lambda updated: _is_remote(view, updated.left, negated))
    elif _is_test(view, use.whole):
        yield Replace(use.whole, lambda updated: _is_remote(view, updated, False))
    elif isinstance(parent, cst.BooleanOperation) and isinstance(parent.operator, cst.Or) and parent.left is use.whole:
        # `f.remote_source or f.path`: the path is always there
        yield Replace(use.whole, _as_path)
        yield Replace(parent, lambda updated: updated.left)
    else:
        yield Replace(use.whole, _as_path)


def _as_path(updated: cst.Attribute) -> cst.Attribute:
    return updated.with_changes(attr=cst.Name("path"))


def _compares_to_none(node: cst.CSTNode | None) -> bool | None:
    """Whether a comparison is true for None: ``x is None``; None if it does not compare with None."""
    if not isinstance(node, cst.Comparison) or len(node.comparisons) != 1:
        return None
    target = node.comparisons[0]
    if code(target.comparator) != "None":
        return None
    return isinstance(target.operator, (cst.Is, cst.Equal))


def _is_test(view: FileView, node: cst.BaseExpression) -> bool:
    """Whether only the truth of an expression matters."""
    parent = view.parent(node)
    if isinstance(parent, (cst.If, cst.While, cst.IfExp)):
        return parent.test is node
    if isinstance(parent, cst.UnaryOperation):
        return isinstance(parent.operator, cst.Not)
    if isinstance(parent, cst.BooleanOperation):
        return (parent.left is node and isinstance(parent.operator, cst.And)) or _is_test(view, parent)
    return isinstance(parent, cst.Arg) and code(view.parent(parent) or parent).startswith("bool(")


def _is_remote(view: FileView, source: cst.BaseExpression, negated: bool) -> cst.BaseExpression:
    assert isinstance(source, cst.Attribute)
    test = "{storage}.is_remote({path})"
    return expression(f"not {test}" if negated else test, storage=view.ref("flyte.storage:"), path=_as_path(source))


# -- downloads --------------------------------------------------------------------------------------------------------


def downloads(view: FileView, kinds: Kinds, found: Sequence[Use]) -> Iterator[Item]:
    """Replace path uses by downloads: in place where there is one, else by a variable that holds the one local copy."""
    groups: dict[tuple[object, ...], list[Use]] = {}
    for use in found:
        groups.setdefault(_identity(view, kinds, use), []).append(use)
    taken: dict[cst.CSTNode | None, set[str]] = {}
    for group in groups.values():
        function = view.function_of(group[0].node)
        if function not in taken:
            taken[function] = set(view.module_scope.bindings) | {
                n.value for n in walk(function or view.tree) if isinstance(n, cst.Name)
            }
        yield from _download(view, kinds, group, taken[function])


def _identity(view: FileView, kinds: Kinds, use: Use) -> tuple[object, ...]:
    """What tells variables apart: the function, the text and the binding that is read."""
    root: cst.CSTNode = use.node
    while isinstance(root, cst.Attribute):
        root = root.value
    if not isinstance(root, cst.Name):
        return (id(use),)
    return (view.function_of(use.node), code(use.node), *(id(b) for b in kinds.reaching(root)))


def _download(view: FileView, kinds: Kinds, group: list[Use], taken: set[str]) -> Iterator[Item]:
    existing = _existing_variable(view, kinds, group)
    if existing is not None:
        first, name = existing
        yield Replace(first.whole, _downloaded(view, first), wraps=first.whole is first.node)
        for use in group:
            if use is not first:
                yield _named(view, use, name)
        return
    anchor = _anchor(view, kinds, group)
    if anchor is None:
        for use in group:
            yield Replace(use.whole, _downloaded(view, use), wraps=use.whole is use.node)
        return
    name = _variable(group[0].node, taken)
    source = group[0].node
    download = "await {source}.download()" if awaits(view, source) else "{source}.download_sync()"

    chosen = _if_blob(view, group[0], download)

    def assigned() -> cst.BaseStatement:
        return statement(f"{name} = {chosen}", source=source.deep_clone())

    # `f.download()` for its effect: the variable is it.
    effects = [u for u in group if u.attribute == "download" and _is_statement(view, u.whole)]
    in_place = any(view.statement(u.whole) is anchor for u in effects)
    if not in_place:
        yield Insert(anchor, lambda rebuild: [assigned()])
    for use in group:
        if use not in effects:
            yield _named(view, use, name)
        elif in_place and view.statement(use.whole) is anchor:
            yield Replace(anchor, lambda updated: _in_place_of(updated, assigned()))
        else:
            yield Replace(view.statement(use.whole), _comments_of)


def _is_statement(view: FileView, node: cst.CSTNode) -> bool:
    """Whether an expression is all that its line does."""
    line = view.statement(node)
    return isinstance(view.parent(node), cst.Expr) and isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1


def _in_place_of(updated: cst.BaseStatement, made: cst.BaseStatement) -> cst.BaseStatement:
    """A statement with the comments and blank lines of the one whose place it takes."""
    assert isinstance(updated, cst.SimpleStatementLine) and isinstance(made, cst.SimpleStatementLine)
    return updated.with_changes(body=made.body)


def _comments_of(updated: cst.BaseStatement) -> cst.BaseStatement | None:
    """What is left of a statement that goes: its comments, if it has any."""
    assert isinstance(updated, cst.SimpleStatementLine)
    lines = list(updated.leading_lines)
    if updated.trailing_whitespace.comment is not None:
        lines.append(cst.EmptyLine(comment=updated.trailing_whitespace.comment))
    return only_lines(lines) if any(line.comment is not None for line in lines) else None


def all_downloaded(view: FileView, use: Use) -> Replace:
    """The local copies in the place of a list of files."""
    item = "file" if use.kind.name == "file" else "folder"
    download = "await {source}.download()" if awaits(view, use.whole) else "{source}.download_sync()"
    made = _if_blob(view, use, download).replace("{source}", item)
    return Replace(
        use.whole, lambda updated: expression(f"[{made} for {item} in {{files}}]", files=updated), wraps=True
    )


def _named(view: FileView, use: Use, name: str) -> Replace:
    return Replace(use.whole, lambda updated: _fit(view, use, cst.Name(name)), wraps=use.whole is use.node)


def _fit(view: FileView, use: Use, made: cst.BaseExpression) -> cst.BaseExpression:
    """A local path in the place of a directory: ``folder / "a"`` needs a Path."""
    parent = view.parent(use.whole)
    if isinstance(parent, cst.BinaryOperation) and isinstance(parent.operator, cst.Divide) and parent.left is use.whole:
        return expression("{path}({made})", path=view.ref("pathlib:Path"), made=made)
    return placed(view, use.whole, _made_of_copy(view, use.whole, made))


def _downloaded(view: FileView, use: Use) -> Callable[[cst.BaseExpression], cst.BaseExpression]:
    return lambda updated: read_in_place(view, use, _holder(updated, view, use))


def _if_blob(view: FileView, use: Use, made: str) -> str:
    """The template of an expression over ``{source}``, for what may be something else only where it is a file."""
    if use.attribute:
        return made
    if not use.kind.is_either:
        return f"{made} if {{source}} is not None else None" if _may_be_none(view, use) else made
    cls = v2_name(view, FILE.target if use.kind.name == "file" else DIRECTORY.target)
    return f"{made} if isinstance({{source}}, {cls}) else {{source}}"


def read_in_place(view: FileView, use: Use, holder: cst.BaseExpression) -> cst.BaseExpression:
    """What a use of a file becomes where the file is given by ``holder``."""
    if use.role == "shown":
        return _shown(view, use, holder)
    if use.role != "path":
        return holder
    download = "await {source}.download()" if awaits(view, use.whole) else "{source}.download_sync()"
    return _fit(view, use, expression(_if_blob(view, use, download), source=parenthesized(holder)))


def _may_be_none(view: FileView, use: Use) -> bool:
    """Whether a variable that may hold no file is handed on as it is, to what may take None, too."""
    if not isinstance(use.node, cst.Name) or use.whole is not use.node:
        return False
    around = view.parent(use.node)
    call = view.parent(around) if isinstance(around, cst.Arg) else None
    takes_none = isinstance(around, cst.FormattedStringExpression) or (
        isinstance(call, cst.Call) and not _needs_path(view, call)
    )
    if use.role == "path" and not takes_none:
        return False
    return _is_optional(view, kinds_of(view), use.node) and not _is_given(view, use.node)


def _needs_path(view: FileView, call: cst.Call) -> bool:
    """Whether a function is known to fail for None."""
    return kinds_of(view).called(call).split(".")[0] in _READERS


def _is_given(view: FileView, name: cst.Name) -> bool:
    """Whether the code around a name has made sure that it is not None there."""
    child: cst.CSTNode = name
    for ancestor in view.ancestors(name):
        if isinstance(ancestor, (cst.FunctionDef, cst.Lambda)):
            return False
        if isinstance(ancestor, (cst.If, cst.IfExp, cst.While)) and child is not ancestor.test:
            if _tells(ancestor.test, name.value, given=child is ancestor.body):
                return True
        elif isinstance(ancestor, cst.BooleanOperation) and child is ancestor.right:
            if _tells(ancestor.left, name.value, given=isinstance(ancestor.operator, cst.And)):
                return True
        elif isinstance(ancestor, cst.IndentedBlock) and _is_given_before(ancestor, child, name.value):
            return True
        child = ancestor
    return False


def _is_given_before(block: cst.IndentedBlock, line: cst.CSTNode, name: str) -> bool:
    before = next(n for n, statement in enumerate(block.body) if statement is line)
    return any(_leaves_given(statement, name) for statement in block.body[:before])


def _tells(test: cst.BaseExpression, name: str, given: bool) -> bool:
    """Whether a test that came out as ``given`` says that a variable is not None."""
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.And if given else cst.Or):
        return _tells(test.left, name, given) or _tells(test.right, name, given)
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return _tells(test.expression, name, not given)
    if isinstance(test, cst.Call):
        return given and code(test).startswith(f"isinstance({name},")
    is_none = _compares_to_none(test)
    if is_none is None:
        return given and code(test) == name
    assert isinstance(test, cst.Comparison)
    return code(test.left) == name and is_none is not given


def _leaves_given(line: cst.CSTNode, name: str) -> bool:
    """Whether what follows a statement is reached only with a variable that is not None."""
    if isinstance(line, cst.If):
        return line.orelse is None and _leaves(line.body) and _tells(line.test, name, given=False)
    return isinstance(line, cst.SimpleStatementLine) and any(
        isinstance(part, cst.Assert) and _tells(part.test, name, given=True) for part in line.body
    )


def _leaves(body: cst.BaseSuite) -> bool:
    last = body.body[-1] if body.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    return isinstance(last, (cst.Return, cst.Raise, cst.Continue, cst.Break))


def _shown(view: FileView, use: Use, holder: cst.BaseExpression) -> cst.BaseExpression:
    if not use.kind.is_either and not _may_be_none(view, use):
        return cst.Attribute(holder, cst.Name("path"))
    return placed(view, use.whole, expression(_if_blob(view, use, "{source}.path"), source=parenthesized(holder)))


def shown(view: FileView, use: Use) -> Replace:
    """The URI in the place of a file that is only named: ``print(f)`` → ``print(f.path)``."""
    return Replace(
        use.whole,
        lambda updated: _shown(view, use, parenthesized(_holder(updated, view, use))),
        wraps=use.whole is use.node,
    )


def _holder(updated: cst.BaseExpression, view: FileView, use: Use) -> cst.BaseExpression:
    """The rebuilt expression that holds the file, out of the rebuilt whole (``str(f.path)`` → ``f``)."""
    steps: list[cst.CSTNode] = []
    node: cst.CSTNode | None = use.node
    while node is not use.whole and node is not None:
        node = view.parent(node)
        steps.append(node) if node is not None else None
    item: cst.BaseExpression = updated
    for step in reversed(steps):
        if isinstance(step, cst.Call):
            assert isinstance(item, cst.Call)
            item = item.func if _is_method_call(step, use) else item.args[0].value
        elif isinstance(step, cst.Attribute):
            assert isinstance(item, cst.Attribute)
            item = item.value
    return item


def _is_method_call(step: cst.Call, use: Use) -> bool:
    return isinstance(step.func, cst.Attribute) and step.func.value is use.node


def _existing_variable(view: FileView, kinds: Kinds, group: list[Use]) -> tuple[Use, str] | None:
    """A variable that already holds the download (``path = f.download()``) before all other uses, and only that."""
    if len(group) < 2:
        return None
    for use in group:
        assign = view.parent(use.whole)
        if not isinstance(assign, cst.Assign) or len(assign.targets) != 1:
            continue
        target = assign.targets[0].target
        if not isinstance(target, cst.Name) or len(view.bindings(target)) != 1:
            continue
        block = kinds.block_of(assign)
        others = [u for u in group if u is not use]
        if all(kinds.order[u.node] > kinds.order[use.node] and block in set(view.ancestors(u.node)) for u in others):
            return use, target.value
    return None


def _anchor(view: FileView, kinds: Kinds, group: list[Use]) -> Statement | None:
    """The statement before which a variable for the local copy goes; None if it is better downloaded in place."""
    first = min(group, key=lambda u: kinds.order[u.node])
    root: cst.CSTNode = first.node
    while isinstance(root, cst.Attribute):
        root = root.value
    function = view.function_of(first.node)
    if not isinstance(root, cst.Name) or function is None:
        return None
    loop = _outermost_loop(view, kinds, root, first)
    if len(group) == 1 and loop is None:
        return None
    chains = [_blocks(view, u.node, function) for u in group]
    common = [b for b in chains[0] if all(b in chain for chain in chains)]
    if not common:
        return None
    block: cst.CSTNode = common[0]
    if loop is not None:
        outside = [b for b in common if b not in set(walk_blocks(view, loop))]
        if not outside:
            return None
        block = outside[0]
    if _is_optional(view, kinds, root) and any(chain[0] is not block for chain in chains):
        return None
    for ancestor in (first.node, *view.ancestors(first.node)):
        if view.parent(ancestor) is block and isinstance(
            ancestor, (cst.SimpleStatementLine, cst.BaseCompoundStatement)
        ):
            return ancestor
    return None


def _blocks(view: FileView, node: cst.CSTNode, function: cst.FunctionDef) -> list[cst.CSTNode]:
    """The blocks around a node, innermost first, up to the body of its function."""
    found: list[cst.CSTNode] = []
    for ancestor in view.ancestors(node):
        if ancestor is function:
            break
        if isinstance(ancestor, cst.IndentedBlock):
            found.append(ancestor)
    return found


def walk_blocks(view: FileView, loop: cst.CSTNode) -> list[cst.CSTNode]:
    """The blocks inside a loop statement."""
    return [n for n in walk(loop) if isinstance(n, cst.IndentedBlock)]


def _outermost_loop(view: FileView, kinds: Kinds, root: cst.Name, use: Use) -> cst.CSTNode | None:
    """The outermost loop or comprehension around a use in which the variable stays the same."""
    bound_in: set[cst.CSTNode] = set()
    for binding in kinds.reaching(root):
        bound_in.update(view.ancestors(binding.node))
        bound_in.add(binding.node)
    found: cst.CSTNode | None = None
    for ancestor in view.ancestors(use.node):
        if isinstance(ancestor, (cst.FunctionDef, cst.Lambda)):
            break
        if ancestor in bound_in:
            break
        if (
            isinstance(ancestor, cst.While)
            or (isinstance(ancestor, cst.For) and not _within(view, use.node, ancestor.iter))
            or (
                isinstance(ancestor, (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp))
                and not _within(view, use.node, ancestor.for_in.iter)
            )
        ):
            found = ancestor
    return found


def _within(view: FileView, node: cst.CSTNode, ancestor: cst.CSTNode) -> bool:
    return node is ancestor or any(a is ancestor for a in view.ancestors(node))


def _is_optional(view: FileView, kinds: Kinds, root: cst.Name) -> bool:
    for binding in kinds.reaching(root):
        if binding.kind == "assign" and binding.value is not None and code(binding.value) == "None":
            return True
        if isinstance(binding.node, cst.Param) and binding.node.annotation is not None:
            text = code(binding.node.annotation.annotation)
            if (
                "Optional" in text
                or "None" in text
                or (binding.node.default is not None and code(binding.node.default) == "None")
            ):
                return True
    return False


def _variable(node: cst.BaseExpression, taken: set[str]) -> str:
    stem = node.attr.value if isinstance(node, cst.Attribute) else code(node)
    name = f"local_{stem}" if stem.endswith("path") else f"{stem}_path"
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name}_{number}", number + 1
    taken.add(candidate)
    return candidate


# -- paths that become files when they leave the function -------------------------------------------------------------


def deferred(view: FileView, kinds: Kinds, constructors: Sequence[cst.Call]) -> Iterator[Item]:
    """The uses of variables that hold a file still being written: they hold its path instead (TYP-06)."""
    for call in constructors:
        target = kinds.deferred_target(call)
        if target is not None and kinds.is_deferred(call):
            yield from _path_uses(view, target)


def _path_uses(view: FileView, target: cst.Name) -> Iterator[Item]:
    owner = view.scope_at[target].owner(target.value)
    for use in view.occurrences.get(target.value, ()):
        if use is not target and view.scope_at[use].owner(target.value) is owner:
            yield from _path_use(view, use)


def _path_use(view: FileView, use: cst.BaseExpression) -> Iterator[Item]:
    parent = view.parent(use)
    if isinstance(parent, cst.BinaryOperation) and isinstance(parent.operator, cst.Divide) and parent.left is use:
        path = view.ref("pathlib:Path")
        yield Replace(use, lambda updated: expression("{path}({value})", path=path, value=updated))
    if not isinstance(parent, cst.Attribute):
        return
    call = view.parent(parent)
    name = parent.attr.value
    if name == "path":
        yield Replace(parent, lambda updated: _made_of_copy(view, parent, updated.value))
    elif not isinstance(call, cst.Call):
        return
    elif name == "download" and not call.args:
        yield Replace(call, lambda updated: _made_of_copy(view, call, updated.func.value))
    elif name == "open" and len(call.args) <= 1:
        yield Replace(
            call,
            lambda updated: updated.with_changes(
                func=cst.Name("open"),
                args=[
                    cst.Arg(updated.func.value, comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))),
                    *updated.args,
                ],
            ),
        )
    elif name in ("new_file", "new_dir") and len(call.args) == 1:
        yield from _entry(view, use, call)


def _entry(view: FileView, folder: cst.BaseExpression, call: cst.Call) -> Iterator[Item]:
    """``folder.new_file(name)`` → ``os.path.join(folder, name)``, and what is done with it (TYP-36)."""
    os_ = view.local_name("os:")
    join = cst.parse_expression(f"{os_}.path.join")
    yield Replace(
        call,
        lambda updated: expression(
            "{join}({holder}, {name})", join=join, holder=updated.func.value, name=updated.args[0].value
        ),
    )
    yield from _path_use(view, call)
    assign = view.parent(call)
    target = assign.targets[0].target if isinstance(assign, cst.Assign) and len(assign.targets) == 1 else None
    if isinstance(target, cst.Name) and len(view.bindings(target)) == 1:
        yield from _path_uses(view, target)
    name = string_value(call.args[0].value)
    if (name is None or "/" in name) and not code(folder).count("("):
        # open() of a FlyteFile made the folders on the way.
        makes = f"{os_}.makedirs({os_}.path.dirname({{path}}), exist_ok=True)"
        if isinstance(target, cst.Name):
            yield insert(view.statement(call), [statement(makes, path=target.value)], after=True)
            return
        part = call.args[0].value

        def build(rebuild: Rebuild) -> list[cst.BaseStatement]:
            path = expression("{join}({folder}, {part})", join=join, folder=code(folder), part=rebuild(part))
            return [statement(makes, path=path)]

        yield Insert(view.statement(call), build)
