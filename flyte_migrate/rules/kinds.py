"""What kind of data an expression holds: a file, a directory, a data frame, or the path of one (MAPPING 6.1-6.3).

Finer than the declared types of :mod:`flyte_migrate.rewrite.flow`: a name has the kind of the assignments that can
reach the place where it is read, and a string or path is told apart by where it points. None means unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal

import libcst as cst

from flyte_migrate.project.link import ARTIFACT
from flyte_migrate.rewrite.flow import Type, called_task, field_of, mapped_task, unwrapped_task, value_of
from flyte_migrate.rewrite.scopes import Binding
from flyte_migrate.rewrite.template import code, keyword_of, string_value
from flyte_migrate.rewrite.view import FileView, dotted_name
from flyte_migrate.rewrite.walk import walk

Name = Literal[
    "file", "dir", "frame", "raw", "path", "uri", "text", "none", "list", "dict", "tuple", "handle", "enum", "other"
]

FILE_TYPES = frozenset({"flytekit.FlyteFile"}) | {
    f"flytekit.types.file.{name}"
    for name in (
        "CSVFile", "JSONLFile", "HDF5EncodedFile", "HTMLPage", "JoblibSerializedFile", "JPEGImageFile", "ONNXFile",
        "PDFFile",
        "PNGImageFile", "PythonNotebook", "PythonPickledFile", "SVGImageFile", "TFRecordFile",
    )
}  # fmt: skip
DIRECTORY_TYPES = frozenset(
    {
        "flytekit.FlyteDirectory",
        "flytekit.types.directory.TensorboardLogs",
        "flytekit.types.directory.TFRecordsDirectory",
    }
)
FRAME_TYPES = frozenset({"flytekit.StructuredDataset", "flytekit.types.schema.FlyteSchema"})
#: Frames that a DataFrame wraps.
RAW_FRAMES = frozenset(
    [
        "pandas.DataFrame",
        "pandas.core.frame.DataFrame",
        "polars.DataFrame",
        "polars.LazyFrame",
        "pyarrow.Table",
        "pyspark.sql.DataFrame",
    ]
)
_LISTS = frozenset(
    [
        "typing.List",
        "list",
        "typing.Sequence",
        "collections.abc.Sequence",
        "typing.Iterable",
        "collections.abc.Iterable",
        "typing.Set",
        "set",
    ]
)
_DICTS = frozenset({"typing.Dict", "dict", "typing.Mapping", "collections.abc.Mapping"})
_TUPLES = frozenset({"typing.Tuple", "tuple"})
_PATHS = frozenset({"pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "pathlib.PurePosixPath", "os.PathLike"})
_REMOTE = re.compile(r"(?!file://)[A-Za-z][A-Za-z0-9+.-]*://")

#: Calls that give a local path.
_PATH_CALLS = frozenset(
    [
        "tempfile.mkdtemp",
        "tempfile.mktemp",
        "tempfile.gettempdir",
        "os.getcwd",
        "shutil.make_archive",
        "shutil.copy",
        "shutil.copy2",
        "shutil.copyfile",
        "shutil.copytree",
        "shutil.move",
        "os.path.abspath",
        "os.path.realpath",
        "os.path.expanduser",
        "pathlib.Path.cwd",
        "pathlib.Path.home",
    ]
)
#: Calls whose result points where their first argument points.
_SAME_PLACE = frozenset(
    [
        "os.path.join",
        "os.path.dirname",
        "os.path.normpath",
        "os.fspath",
        "os.path.expandvars",
        "pathlib.Path",
        "pathlib.PurePath",
    ]
)
#: Calls that give a local path as text, or any text.
_STRING_CALLS = frozenset(
    {"str", "os.fspath", "os.getcwd", "tempfile.mkdtemp", "tempfile.mktemp", "shutil.make_archive"}
)
_PATH_METHODS = frozenset(
    ["absolute", "resolve", "expanduser", "with_suffix", "with_name", "with_stem", "joinpath", "rename", "as_posix"]
)
_STRING_METHODS = frozenset(
    ["strip", "rstrip", "lstrip", "replace", "lower", "upper", "format", "removesuffix", "removeprefix"]
)
_FRAME_METHODS = frozenset(
    [
        "head",
        "tail",
        "copy",
        "dropna",
        "fillna",
        "drop",
        "reset_index",
        "merge",
        "sample",
        "rename",
        "assign",
        "astype",
        "sort_values",
    ]
)
#: Calls and methods that write nothing.
_LOOKS = frozenset(
    ["print", "str", "int", "range", "download", "items", "keys", "values", "get", "info", "debug", "join", "split"]
)
#: Builtins that give the items of their argument in another order or container.
_SAME_ITEMS = frozenset({"list", "sorted", "reversed", "tuple", "set", "iter"})
_BODIES = frozenset({cst.FunctionDef, cst.Lambda, cst.Module})
_CREATE_NODE = "flytekit.core.node_creation.create_node"
_HANDLES = frozenset({"NamedTemporaryFile", "open", "TemporaryFile", "fdopen", "GzipFile", "ZipFile", "TarFile"})


@dataclass(frozen=True)
class Kind:
    """A kind of data; ``items`` is the one kind of a list's or dictionary's items, or the kinds of a tuple's parts.

    Of a file or directory it is what the value may be instead (``Union[FlyteFile, str]``).
    """

    name: Name
    items: tuple[Kind | None, ...] = ()
    type: Type | None = None

    @property
    def item(self) -> Kind | None:
        """What iterating gives (for a dictionary: its values)."""
        if self.name in ("list", "dict"):
            return self.items[0] if self.items else None
        return join(self.items) if self.name == "tuple" else None

    @property
    def is_blob(self) -> bool:
        return self.name in ("file", "dir")

    @property
    def is_either(self) -> bool:
        """Whether it may be a file or directory, or something else."""
        return self.is_blob and bool(self.items)

    @property
    def is_place(self) -> bool:
        """Whether it is text or a path that can stand for a file or directory."""
        return self.name in ("path", "uri", "text")


PATH, URI, TEXT, NONE, RAW, OTHER, HANDLE = (Kind(n) for n in ("path", "uri", "text", "none", "raw", "other", "handle"))
FILE, DIR, FRAME = Kind("file"), Kind("dir"), Kind("frame")


def join(kinds: Iterable[Kind | None]) -> Kind | None:
    """The kind that stands for all of ``kinds``; None if there is none."""
    found = list(dict.fromkeys(kinds))
    if len(found) > 1:
        found = [k for k in found if k != NONE]
    if not found or None in found:
        return None
    if len(found) == 1:
        return found[0]
    known = [k for k in found if k is not None]
    if all(k.is_place for k in known):
        return TEXT
    names = {k.name for k in known}
    blobs = [k for k in known if k.is_blob]
    if blobs and all(k.is_blob or k.is_place for k in known):
        others = [kind for k in known for kind in (k.items if k.is_blob else (k,))]
        return Kind(blobs[0].name, (join(others) or OTHER,) if others else ())
    if len(names) == 1:
        name = names.pop()
        if name == "tuple" and len({len(k.items) for k in known}) == 1:
            return Kind("tuple", tuple(join(parts) for parts in zip(*(k.items for k in known), strict=True)))
        return Kind(name, (join(k.item for k in known if k.items),) if any(k.items for k in known) else ())
    return OTHER if names == {"other", "handle"} else None


@lru_cache(maxsize=1)
def kinds_of(view: FileView) -> Kinds:
    """The kinds of a file's expressions; one file at a time."""
    return Kinds(view)


class Kinds:
    """Answers for one file. All nodes asked about are original ones."""

    def __init__(self, view: FileView) -> None:
        self.view = view
        self._found: dict[cst.CSTNode, Kind | None] = {}
        self._types: dict[Type, Kind | None] = {}
        self._open: set[cst.CSTNode] = set()
        self._bound: dict[Binding, Kind | None] = {}
        self._cuts = 0
        self._classes: dict[cst.ClassDef, dict[str, Kind]] = {}

    # -- types -------------------------------------------------------------------------------------------------------

    def of_type(self, type_: Type, depth: int = 0) -> Kind | None:
        """The kind of values of a declared type, through aliases; None if the type says nothing."""
        if type_ not in self._types:
            self._types[type_] = self._type(type_, depth)
        return self._types[type_]

    def _type(self, type_: Type, depth: int) -> Kind | None:
        bare = type_.bare(self.view)
        name = bare.name(self.view)
        simple = _NAMED_TYPES.get(name)
        if simple is not None:
            return simple
        if name in _LISTS or name in _DICTS:
            arguments = bare.arguments()
            item = self.of_type(arguments[-1], depth + 1) if arguments and depth < 10 else None
            return Kind("list" if name in _LISTS else "dict", (item,), bare)
        if name in _TUPLES:
            arguments = bare.arguments()
            if len(arguments) == 2 and arguments[1].text == "...":
                return Kind("list", (self.of_type(arguments[0], depth + 1),), bare)
            return Kind("tuple", tuple(self.of_type(a, depth + 1) for a in arguments) if depth < 10 else (), bare)
        sides = bare.arguments() if name == "typing.Union" else _alternatives(bare)
        alternatives = [self.of_type(side, depth + 1) for side in sides if side.text != "None"] if depth < 10 else []
        if alternatives and all(kind in (TEXT, PATH) for kind in alternatives):
            return TEXT  # a path in whatever form: `str | os.PathLike`
        blobs = [kind for kind in alternatives if kind is not None and kind.is_blob and not kind.is_either]
        if blobs:
            others = [kind for kind in alternatives if kind not in blobs]
            return Kind(blobs[0].name, (join(others) or OTHER,)) if others else blobs[0]
        definition = self.view.index.definition(name, bare.module) if name and depth < 10 else None
        if definition is not None and definition.variable is not None:
            return self.of_type(Type(definition.variable.text, definition.module.module), depth + 1)
        if definition is not None and definition.cls is not None:
            is_enum = any(base.startswith("enum.") for base in definition.cls.bases)
            return Kind("enum" if is_enum else "other", (), bare)
        return OTHER if name and name not in ("typing.Any", "object", "typing.Union") else None

    # -- expressions -------------------------------------------------------------------------------------------------

    def of(self, node: cst.CSTNode | None) -> Kind | None:
        """The kind of an expression; None if the source does not say."""
        if node is None:
            return NONE
        if node in self._found:
            return self._found[node]
        if node in self._open or len(self._open) > 60:
            self._cuts += 1
            return None
        cuts = self._cuts
        self._open.add(node)
        try:
            found = self._expression(node)
        finally:
            self._open.discard(node)
        if found is not None or self._cuts == cuts or not self._open:
            self._found[node] = found  # what a cycle cut short may be known when asked from elsewhere
        return found

    def _expression(self, node: cst.CSTNode) -> Kind | None:
        reader = _READERS.get(type(node))
        found = reader(self, node) if reader is not None else None
        if found is None and self._guards and isinstance(node, (cst.Name, cst.Attribute)):
            return self._guarded(node)
        return found

    @cached_property
    def _guards(self) -> dict[cst.If, tuple[str, Kind]]:
        """The ``if`` statements that ask for the type of something: its source text, and the kind it then has."""
        found: dict[cst.If, tuple[str, Kind]] = {}
        for node in self.view.by_type.get(cst.If, ()):
            assert isinstance(node, cst.If)
            subject, type_ = _asked(node.test)
            kind = self.of_type(Type(code(type_), self.view.facts.module)) if type_ is not None else None
            if subject is not None and kind is not None and kind.is_blob:
                found[node] = (code(subject), kind)
        return found

    def _guarded(self, node: cst.Name | cst.Attribute) -> Kind | None:
        """The kind that an ``if`` around gives what is unknown otherwise, unless it is bound anew below that."""
        text = code(node)
        below: cst.CSTNode = node
        for ancestor in self.view.ancestors(node):
            guard = self._guards.get(ancestor) if isinstance(ancestor, cst.If) else None
            if guard is not None and guard[0] == text and isinstance(ancestor, cst.If) and below is ancestor.body:
                bound = self.view.bindings(node) if isinstance(node, cst.Name) else ()
                anew = any(ancestor in self.view.ancestors(b.node) for b in bound if b.node in self.view.parents)
                return None if anew else guard[1]
            below = ancestor
        return None

    def _name(self, node: cst.Name) -> Kind | None:
        if node.value == "None":
            return NONE
        if node.value in ("True", "False"):
            return OTHER
        if node.value == "__file__":
            return PATH
        bindings = self.reaching(node)
        if not bindings:
            return None
        if len(bindings) == 1 and not _is_empty(bindings[0].value):
            kind = self._binding(bindings[0])
            if kind is None or not kind.is_either:
                return kind
        found = [self._binding(b) for b in bindings]
        if any(kind is not None and kind.is_either for kind in found):
            found = self._told_apart(node, bindings, found)
        if any(_is_empty(b.value) for b in bindings):
            items = [
                self.of(value) for value in self._put.get((self.view.scope_at[node].owner(node.value), node.value), ())
            ]
            if items:
                filled = [k for b, k in zip(bindings, found, strict=True) if not _is_empty(b.value)]
                container: Name = "dict" if any(isinstance(b.value, cst.Dict) for b in bindings) else "list"
                return join([*filled, Kind(container, (join(items),))])
        return join(found)

    def _told_apart(self, node: cst.Name, bindings: Sequence[Binding], found: list[Kind | None]) -> list[Kind | None]:
        """Kinds without the side that ``isinstance(name, FlyteFile)`` rules out, around the name or an assignment."""
        where = self._tested(node, node.value)
        if where is None and any(self._tested(b.node, node.value) for b in bindings):
            where = False  # `if isinstance(f, FlyteFile): f = f.download()`: here it is the other side
        if where is None:
            return found
        return [
            kind if kind is None or not kind.is_either else Kind(kind.name) if where else kind.items[0]
            for kind in found
        ]

    def _tested(self, node: cst.CSTNode, name: str) -> bool | None:
        """Whether an ``isinstance`` test around a node makes sure that a name is (or is not) a file or directory."""
        inner = node
        for ancestor in self.view.ancestors(node):
            if isinstance(ancestor, (cst.FunctionDef, cst.Lambda)):
                return None
            if isinstance(ancestor, (cst.If, cst.IfExp)) and inner in (ancestor.body, ancestor.orelse):
                is_blob = self._test_for_blob(ancestor.test, name)
                if is_blob is not None and (is_blob or inner is ancestor.body):
                    return is_blob is (inner is ancestor.body)
            inner = ancestor
        return None

    def _test_for_blob(self, test: cst.BaseExpression, name: str) -> bool | None:
        if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
            inverse = self._test_for_blob(test.expression, name)
            return None if inverse is None else not inverse
        if not isinstance(test, cst.Call) or code(test.func) != "isinstance" or len(test.args) != 2:
            return None
        if code(test.args[0].value) != name or isinstance(test.args[1].value, cst.Tuple):
            return None
        type_ = test.args[1].value
        return self.view.canonical(type_.value if isinstance(type_, cst.Subscript) else type_) in V1_TYPES - FRAME_TYPES

    @cached_property
    def _put(self) -> dict[tuple[object, str], list[cst.BaseExpression]]:
        """Values put into containers by ``name.append(v)`` and ``name[k] = v``, by the scope that owns the name."""
        found: dict[tuple[object, str], list[cst.BaseExpression]] = {}

        def put(holder: cst.CSTNode, value: cst.BaseExpression) -> None:
            if isinstance(holder, cst.Name):
                found.setdefault((self.view.scope_at[holder].owner(holder.value), holder.value), []).append(value)

        for call in self.view.by_type.get(cst.Call, ()):
            assert isinstance(call, cst.Call)
            if isinstance(call.func, cst.Attribute) and call.func.attr.value == "append" and len(call.args) == 1:
                put(call.func.value, call.args[0].value)
        for assign in self.view.by_type.get(cst.Assign, ()):
            assert isinstance(assign, cst.Assign)
            for target in assign.targets:
                if isinstance(target.target, cst.Subscript):
                    put(target.target.value, assign.value)
        return found

    def _binding(self, binding: Binding) -> Kind | None:
        if binding in self._bound:
            return self._bound[binding]
        cuts = self._cuts
        kind = self._bound_kind(binding)
        if self._cuts == cuts:
            self._bound[binding] = kind
        return kind

    def _bound_kind(self, binding: Binding) -> Kind | None:
        node = binding.node
        if isinstance(node, cst.Param):
            return self.of_parameter(node)
        if isinstance(node, cst.AnnAssign):
            declared = self.of_type(Type(code(node.annotation.annotation), self.view.facts.module))
            return (self.of(node.value) if node.value is not None else None) or declared
        if binding.kind == "assign":
            return self.of(binding.value)
        if binding.kind == "unpack" and binding.value is not None:
            return self._part(self.of(binding.value), binding.path)
        if isinstance(node, (cst.For, cst.CompFor)):
            return self._part(self._iterated(node.iter), binding.path)
        if isinstance(node, cst.AsName):
            item = self.view.parent(node)
            return self._entered(item.item) if isinstance(item, cst.WithItem) else OTHER
        if binding.kind == "import":
            return self._imported(binding.target)
        return OTHER if binding.kind in ("def", "class") else None

    def _imported(self, target: str) -> Kind | None:
        definition = self.view.index.definition(target, self.view.facts.module)
        if definition is None or definition.variable is None:
            return None
        text = definition.variable.text
        if text[:1] in "'\"":
            return _place(text.strip("'\""))
        return None

    def of_parameter(self, node: cst.Param) -> Kind | None:
        """The kind of a parameter: a task's ``os.PathLike`` is a file in v1 (TYP-15)."""
        if node.annotation is None or (isinstance(node.star, str) and node.star):
            return self._of_lambda(node) or self._of_calls(node) if node.annotation is None else None
        type_ = Type(code(node.annotation.annotation), self.view.facts.module)
        function = self.view.function_of(node)
        is_task = function is not None and self.view.definition_of(function) is not None
        if is_task and type_.bare(self.view).name(self.view) == "os.PathLike":
            return FILE
        return self.of_type(type_)

    def _of_calls(self, node: cst.Param) -> Kind | None:
        """The kind of what a plain function of this file is given, if it reads that as a file or directory."""
        function = self.view.function_of(node)
        if function is None or node.star or self.view.definition_of(function) is not None:
            return None
        name = node.name.value
        if not self.touches(function, name):
            return None
        parameters = [p.name.value for p in (*function.params.posonly_params, *function.params.params)]
        found: set[Kind | None] = set()
        for call in self.view.by_type.get(cst.Call, ()):
            assert isinstance(call, cst.Call)
            if isinstance(call.func, cst.Name) and call.func.value == function.name.value:
                positional = [a for a in call.args if a.keyword is None]
                given = [a for a in call.args if a.keyword is not None and a.keyword.value == name]
                if name in parameters and len(positional) > parameters.index(name):
                    given.append(positional[parameters.index(name)])
                found |= {self.of(a.value) for a in given}
        kind = next(iter(found)) if len(found) == 1 else None
        return kind if kind is not None and kind.is_blob else None

    def touches(self, function: cst.FunctionDef, name: str) -> bool:
        """Whether a function uses what a file or directory alone has of one of its parameters."""
        return any(
            isinstance(parent := self.view.parent(n), cst.Attribute)
            and parent.value is n
            and parent.attr.value in ("path", "download", "remote_source", "open", "extension")
            for n in self.view.occurrences.get(name, ())
            if self.view.function_of(n) is function
        )

    def _of_lambda(self, node: cst.Param) -> Kind | None:
        """The kind of the items that ``map(lambda x: …, items)`` and ``sorted(items, key=lambda x: …)`` go over."""
        parameters = self.view.parent(node)
        function = self.view.parent(parameters) if parameters is not None else None
        arg = self.view.parent(function) if isinstance(function, cst.Lambda) else None
        call = self.view.parent(arg) if isinstance(arg, cst.Arg) else None
        if not isinstance(call, cst.Call) or not isinstance(function, cst.Lambda) or len(function.params.params) != 1:
            return None
        name = self.called(call)
        if name in ("map", "filter") and len(call.args) == 2 and call.args[0] is arg:
            return self._iterated(call.args[1].value)
        if name in ("sorted", "min", "max") and isinstance(arg, cst.Arg) and arg.keyword is not None:
            return self._iterated(call.args[0].value)
        return None

    def _part(self, kind: Kind | None, path: Sequence[int]) -> Kind | None:
        for index in path:
            if kind is None:
                return None
            if kind.name == "tuple" and kind.items:
                kind = kind.items[index] if index < len(kind.items) else None
            else:
                kind = kind.item
        return kind

    def _iterated(self, node: cst.BaseExpression) -> Kind | None:
        kind = self.of(node)
        if kind is not None and kind.name == "dict":
            return TEXT
        return kind.item if kind is not None else None

    def _entered(self, node: cst.BaseExpression) -> Kind | None:
        """What ``with node as x`` gives."""
        if isinstance(node, cst.Call) and self.called(node) in ("tempfile.TemporaryDirectory", "tempfile.mkdtemp"):
            return PATH
        kind = self.of(node)
        return kind if kind is not None and kind.name in ("handle", "list") else OTHER

    # -- calls -------------------------------------------------------------------------------------------------------

    def called(self, node: cst.Call) -> str:
        """The canonical name of what is called: ``open`` for the builtin; empty for a method of a value."""
        if isinstance(node.func, cst.Name) and not self.view.bindings(node.func):
            return self.view.canonical(node.func) or node.func.value
        name = self._maker(node.func)
        if isinstance(node.func, cst.Attribute):
            owner = self.view.index.definition(name.rpartition(".")[0], self.view.facts.module)
            if owner is not None and owner.variable is not None:
                return ""  # at the top level, too
        return name

    def _maker(self, function: cst.BaseExpression) -> str:
        """The canonical name of a function or class: of the type, where a name stands for one with parameters."""
        owner = function.value if isinstance(function, cst.Attribute) else function
        generic = self.view.generic(owner)
        if generic:
            return f"{generic}.{function.attr.value}" if isinstance(function, cst.Attribute) else generic
        return self.view.canonical(function)

    def _call(self, node: cst.Call) -> Kind | None:
        if called_task(self.view, node.func) is not None:
            return self._declared(node)
        name = self.called(node)
        kind = self._constructed(node, name)
        if kind is not None:
            return kind
        if isinstance(node.func, cst.Attribute):
            owner = self.of(node.func.value)
            found = self._method(node, owner, node.func.attr.value)
            if found is not None:
                return found
        return self._declared(node)

    def _constructed(self, node: cst.Call, name: str) -> Kind | None:
        owner, _, method = name.rpartition(".")
        if name in FILE_TYPES or (owner in FILE_TYPES and method in ("new_remote_file", "from_source", "new")):
            return PATH if self.is_deferred(node) else FILE
        if isinstance(node.func, cst.Subscript):
            inner = self.view.canonical(node.func.value)
            simple = _NAMED_TYPES.get(inner)
            return PATH if simple in (FILE, DIR) and self.is_deferred(node) else simple
        if name in DIRECTORY_TYPES or (owner in DIRECTORY_TYPES and method in ("new_remote", "from_source", "new")):
            return PATH if self.is_deferred(node) else DIR
        if owner in DIRECTORY_TYPES and method == "listdir":
            return Kind("list", (FILE,))  # or directories, which are read in the same ways
        if name in FRAME_TYPES:
            return FRAME
        if name in RAW_FRAMES or name.startswith("pandas.read_") or name == "pandas.concat":
            return RAW
        if name == "sklearn.model_selection.train_test_split":
            return Kind("list", (join(self.of(a.value) for a in node.args if a.keyword is None),))
        if name in _PATH_CALLS:
            return PATH
        if name == "os.path.basename":
            return PATH  # a bare name, which is local
        if name == "os.walk":
            return Kind("list", (Kind("tuple", (PATH, Kind("list", (PATH,)), Kind("list", (PATH,)))),))
        if name == "tempfile.mkstemp":
            return Kind("tuple", (OTHER, PATH))
        if name in ("os.listdir", "os.scandir", "glob.glob", "glob.iglob"):
            return Kind("list", (PATH,))
        if name in _SAME_PLACE or name == "str":
            return self._same_place(node, name)
        if name in _SAME_ITEMS and len(node.args) >= 1:
            kind = self.of(node.args[0].value)
            return Kind("list", (TEXT if kind.name == "dict" else kind.item,)) if kind is not None else None
        if name == "filter" and len(node.args) == 2:
            kind = self.of(node.args[1].value)
            return Kind("list", (kind.item,)) if kind is not None and kind.name == "list" else None
        if name == "enumerate" and node.args:
            return Kind("list", (Kind("tuple", (OTHER, self._iterated(node.args[0].value))),))
        if name == "zip" and not any(a.star for a in node.args):
            parts = tuple(self._iterated(a.value) for a in node.args if a.keyword is None)
            return Kind("list", (Kind("tuple", parts),))
        if name.rpartition(".")[2] in _HANDLES and not self._is_of_data(node.func):
            return HANDLE
        if name in ("int", "float", "len", "bool", "sum", "min", "max", "round", "range", "isinstance"):
            return OTHER
        return None

    def _is_of_data(self, function: cst.BaseExpression) -> bool:
        """Whether what is called is a method of a file, directory or data frame."""
        owner = self.of(function.value) if isinstance(function, cst.Attribute) else None
        return owner is not None and (owner.is_blob or owner.name == "frame")

    def _same_place(self, node: cst.Call, name: str) -> Kind | None:
        first = self.of(node.args[0].value) if node.args else PATH
        if first is None:
            return TEXT if name.startswith("os.path") else PATH if name.startswith("pathlib") else None
        if first.is_blob:
            return PATH
        if first.is_place:
            return PATH if name.startswith("pathlib") and first != URI else first
        return OTHER

    def _method(self, node: cst.Call, owner: Kind | None, method: str) -> Kind | None:
        if owner is None:
            return _METHODS_OF_UNKNOWN.get(method)
        if owner.is_blob:
            return _BLOB_METHODS.get(method, OTHER)
        if owner.name == "frame":
            return FRAME if method == "open" else RAW if method == "all" else OTHER
        if owner == RAW:
            return RAW if method in _FRAME_METHODS else None
        if owner.is_place:
            if method in _STRING_METHODS:
                return owner
            if method in _PATH_METHODS:
                return PATH if owner != URI else URI
            return _PATH_RESULTS.get(method)
        if owner.name == "dict":
            if method == "values":
                return Kind("list", (owner.item,))
            if method == "items":
                return Kind("list", (Kind("tuple", (TEXT, owner.item)),))
            return owner.item if method in ("get", "pop") else None
        return owner.item if owner.name == "list" and method == "pop" else None

    def _declared(self, node: cst.CSTNode) -> Kind | None:
        value = value_of(self.view, node)
        if value is None:
            return None
        if value.outputs is not None and value.task is not None and value.outputs.count > 1:
            module = value.task.module
            return Kind("tuple", tuple(self.of_type(Type(f.annotation, module)) for f in value.outputs.fields))
        if value.type is not None:
            if value.task is not None and value.type.bare(self.view).name(self.view) == "os.PathLike":
                return FILE  # TYP-15
            return self.of_type(value.type)
        return None

    def _attribute(self, node: cst.Attribute) -> Kind | None:
        owner, name = self.of(node.value), node.attr.value
        if owner is not None:
            if owner.is_blob:
                return (
                    PATH
                    if name == "path"
                    else URI
                    if name in ("remote_source", "remote_path", "remote_directory")
                    else OTHER
                )
            if owner.name == "frame":
                return {"dataframe": RAW, "uri": TEXT}.get(name, OTHER)
            if owner.name == "handle" and name == "name":
                return PATH
            if owner.is_place:
                return (
                    PATH
                    if name == "parent"
                    else owner
                    if name == "path"
                    else PATH
                    if name in ("name", "stem", "suffix")
                    else OTHER
                )
            if owner.type is not None:
                value = field_of(self.view, owner.type, name)
                if value is not None and value.type is not None:
                    return self.of_type(value.type)
        if name == "working_directory":
            return PATH
        own = self._of_self(node)
        return own if own is not None else self._declared(node)

    def _of_self(self, node: cst.Attribute) -> Kind | None:
        """The kind of ``self.<name>``: as the class body annotates it, else what its methods assign to it."""
        method = self.view.function_of(node) if isinstance(node.value, cst.Name) else None
        if method is None or not method.params.params or code(method.params.params[0].name) != code(node.value):
            return None
        body = self.view.parent(method)
        owner = self.view.parent(body) if body is not None else None
        return self._attributes_of(owner).get(node.attr.value) if isinstance(owner, cst.ClassDef) else None

    def _attributes_of(self, owner: cst.ClassDef) -> dict[str, Kind]:
        if owner in self._classes:
            return self._classes[owner]
        found = self._classes[owner] = {}
        given: dict[str, list[Kind | None]] = {}
        for item in walk(owner):
            if isinstance(item, cst.AnnAssign):
                target, type_ = item.target, Type(code(item.annotation.annotation), self.view.facts.module)
                in_body = isinstance(target, cst.Name) and self.view.function_of(item) is self.view.function_of(owner)
                name = target.value if isinstance(target, cst.Name) and in_body else _attribute_of_self(target)
                kind = self.of_type(type_) if name else None
                if kind is not None:
                    found[name] = kind
            elif isinstance(item, cst.Assign):
                for assigned in item.targets:
                    if name := _attribute_of_self(assigned.target):
                        given.setdefault(name, []).append(self.of(item.value))
        for name, kinds in given.items():
            if name not in found and kinds[0] is not None and all(kind == kinds[0] for kind in kinds):
                found[name] = kinds[0]
        return found

    def _subscript(self, node: cst.Subscript) -> Kind | None:
        owner = self.of(node.value)
        name = self.view.canonical(node.value)
        if name in ("sys.argv", "os.environ"):
            return TEXT
        if owner is None:
            return self._declared(node)
        if owner.is_place:
            return owner
        key = node.slice[0].slice if len(node.slice) == 1 else None
        if isinstance(key, cst.Slice):
            return owner
        if owner == RAW:
            columns = self.of(key.value) if isinstance(key, cst.Index) else None
            return RAW if columns is not None and columns.name == "list" else None
        if owner.name == "tuple" and isinstance(key, cst.Index) and isinstance(key.value, cst.Integer):
            return self._part(owner, (int(key.value.value),))
        return owner.item

    def _binary(self, node: cst.BinaryOperation) -> Kind | None:
        left, right = self.of(node.left), self.of(node.right)
        if isinstance(node.operator, cst.Divide):
            if left is not None and (left.is_place or left.is_blob):
                return PATH if left != URI else URI
            return PATH if right is not None and right.is_place else None
        if isinstance(node.operator, cst.RightShift):
            return right
        if isinstance(node.operator, (cst.Add, cst.Modulo)):
            if left is not None and left.is_place:
                return left
            if left is not None and left.name == "list":
                return join([left, right])
            return TEXT if right is not None and right.is_place and left is None else left
        return OTHER

    def _formatted(self, node: cst.FormattedString) -> Kind | None:
        if not node.parts:
            return PATH
        first = node.parts[0]
        if isinstance(first, cst.FormattedStringText):
            return _place(first.value)
        assert isinstance(first, cst.FormattedStringExpression)
        kind = self.of(first.expression)
        if kind is None:
            return TEXT
        return PATH if kind.is_blob or kind == OTHER else kind if kind.is_place else TEXT

    def _sequence(self, node: cst.List | cst.Set) -> Kind | None:
        return Kind("list", (join(self.of(e.value) for e in node.elements if not isinstance(e, cst.StarredElement)),))

    def _tuple(self, node: cst.Tuple) -> Kind | None:
        return Kind("tuple", tuple(self.of(e.value) for e in node.elements))

    def _dict(self, node: cst.Dict) -> Kind | None:
        return Kind("dict", (join(self.of(e.value) for e in node.elements if isinstance(e, cst.DictElement)),))

    def place_of(self, node: cst.BaseExpression) -> Kind | None:
        """The kind of an expression that names a place; text that the function uses as a local path is one."""
        kind = self.of(node)
        if kind != TEXT:
            return kind
        inner: cst.BaseExpression = node
        if isinstance(node, cst.Call) and self.called(node) == "str" and len(node.args) == 1:
            inner = node.args[0].value
        if not isinstance(inner, cst.Name):
            return kind
        owner = self.view.scope_at[inner].owner(inner.value)
        for use in self.view.occurrences.get(inner.value, ()):
            if self.view.scope_at[use].owner(inner.value) is owner and self._needs_local(use):
                return PATH
        return kind

    def _needs_local(self, use: cst.Name) -> bool:
        """Whether a name is given to a function that only takes local paths."""
        arg = self.view.parent(use)
        call = self.view.parent(arg) if isinstance(arg, cst.Arg) else None
        if not isinstance(call, cst.Call):
            return False
        name = self.called(call)
        return name in (
            "open",
            "pathlib.Path",
            "os.makedirs",
            "os.mkdir",
            "joblib.dump",
            "torch.save",
        ) or name.startswith(("os.path.exists", "os.path.isfile", "os.path.isdir", "os.path.getsize", "shutil."))

    def is_string(self, node: cst.BaseExpression, depth: int = 0) -> bool:
        """Whether an expression that names a place certainly gives a ``str``, not a ``Path``."""
        if isinstance(node, (cst.SimpleString, cst.ConcatenatedString, cst.FormattedString)):
            return True
        if isinstance(node, cst.Call):
            name = self.called(node)
            return name in _STRING_CALLS or name.startswith("os.path.") or code(node.func).endswith(".as_posix")
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
            return self.is_string(node.left, depth) or self.is_string(node.right, depth)
        if isinstance(node, cst.IfExp):
            return self.is_string(node.body, depth) and self.is_string(node.orelse, depth)
        if not isinstance(node, cst.Name) or depth > 10:
            return False
        bindings = self.reaching(node)
        return bool(bindings) and all(self._binds_string(b, depth + 1) for b in bindings)

    def _binds_string(self, binding: Binding, depth: int) -> bool:
        node = binding.node
        if isinstance(node, cst.Param):
            return node.annotation is not None and code(node.annotation.annotation).strip("'\"") == "str"
        if binding.kind == "import":
            definition = self.view.index.definition(binding.target, self.view.facts.module)
            text = definition.variable.text if definition is not None and definition.variable is not None else ""
            return text[:1] in ("'", '"') or text[:2] in ("f'", 'f"')
        return binding.kind == "assign" and binding.value is not None and self.is_string(binding.value, depth)

    # -- reaching definitions ----------------------------------------------------------------------------------------

    @cached_property
    def order(self) -> dict[cst.CSTNode, int]:
        """Source order of all nodes."""
        return {node: number for number, node in enumerate(self.view.parents)}

    def reaching(self, node: cst.Name) -> list[Binding]:
        """The bindings whose value a name may hold where it stands: those that a later one has not overwritten."""
        bindings = [b for b in self.view.bindings(node) if not _declares_only(b)]
        if len(bindings) < 2 or node not in self.order:
            return bindings
        function = self._body_of(node)
        if any(self._body_of(b.node) is not function for b in bindings if not isinstance(b.node, cst.Param)):
            return bindings  # a closure or a module-level name: any of them
        position = self.order[node]
        above = list(self.view.ancestors(node))
        around = {id(a) for a in (node, *above)}
        starts = {id(b): self._starts(b, around) for b in bindings}
        before = [b for b in bindings if starts[id(b)] < position]
        certain = [
            b
            for b in before
            if isinstance(b.node, cst.Param) or id(self.block_of(b.node)) in around or self._encloses(b, around)
        ]
        last = max(certain, key=lambda b: starts[id(b)], default=None)
        after = starts[id(last)] if last is not None else -1
        found = [b for b in before if b is last or starts[id(b)] > after]
        for loop in above:
            if isinstance(loop, (cst.For, cst.While)) and (
                last is None or id(loop) not in {id(a) for a in self.view.ancestors(last.node)}
            ):
                found += [b for b in bindings if b not in found and loop in self.view.ancestors(b.node)]
        return found

    def _starts(self, binding: Binding, around: set[int]) -> int:
        """Where a binding takes effect for a use, in source order: after the expression it evaluates.

        ``around`` has the ids of the use and of all nodes above it.
        """
        node = binding.node
        if isinstance(node, cst.Param):
            return -1
        if isinstance(node, (cst.Assign, cst.AnnAssign, cst.AugAssign, cst.NamedExpr)):
            return len(self.order) if id(node) in around else self.order[node]
        if isinstance(node, cst.For):
            return len(self.order) if id(node.iter) in around else self.order[node]
        return self.order.get(node, 0)

    def _encloses(self, binding: Binding, around: set[int]) -> bool:
        if not isinstance(binding.node, (cst.For, cst.CompFor, cst.AsName)):
            return False
        return id(binding.node) in around or id(self._with_of(binding.node)) in around

    def _with_of(self, node: cst.CSTNode) -> cst.CSTNode | None:
        return next((a for a in self.view.ancestors(node) if isinstance(a, cst.With)), None)

    def block_of(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The block whose statement binds: a For binds in its body, a With where it stands."""
        if isinstance(node, cst.For):
            return node
        return next(
            (
                a
                for a in self.view.ancestors(node)
                if isinstance(a, (cst.IndentedBlock, cst.Module, cst.SimpleStatementSuite))
            ),
            None,
        )

    def _body_of(self, node: cst.CSTNode) -> cst.CSTNode | None:
        item = self.view.parents.get(node)
        while item is not None and type(item) not in _BODIES:
            item = self.view.parents.get(item)
        return item

    # -- files that are paths until they leave the function -----------------------------------------------------------

    def is_deferred(self, node: cst.Call) -> bool:
        """Whether ``x = FlyteFile(path)`` is only a path until ``x`` is returned or passed on.

        That is so if the function goes on to use ``x`` as a path, or to write to the path: v1 uploads on return,
        ``from_local`` at once.
        """
        target = self.deferred_target(node)
        if target is None:
            return False
        name = target.value
        scope = self.view.scope_at[target]
        owner = scope.owner(name)
        uses = [
            n
            for n in self.view.occurrences.get(name, ())
            if n is not target and self.view.scope_at[n].owner(name) is owner
        ]
        if self.called(node).endswith(".new_remote"):
            return any(self._makes_entry(use) for use in uses) and not any(self._is_place_to_write(u) for u in uses)
        if any(self._is_path_like_use(use) for use in uses):
            return True
        position = self.order[node]
        left = max((self.order[use] for use in uses), default=0)
        if any(position < self.order[c] < left and self._acts(c) for c in self._calls_around(node)):
            return True
        written = {n.value for a in node.args for n in _names(a.value)}
        return any(
            self.order[n] > position
            and n not in uses
            and self.view.scope_at[n].owner(n.value) is owner
            and self._is_path_like_use(n)
            for value in written
            for n in self.view.occurrences.get(value, ())
            if not any(a is node for a in self.view.ancestors(n))
        )

    def may_be_written_later(self, node: cst.Call) -> bool:
        """Whether the file that a constructor is given may not be complete yet.

        That is so if what could write it comes only later, or is given a part of its path later.
        """
        position = self.order[node]
        around = set(self.view.ancestors(node))
        if any(isinstance(a, cst.Call) and self._acts(a) for a in around):
            return False  # read at once
        calls = [c for c in self._calls_around(node) if c is not node and c not in around]
        line = self.view.statement(node)
        later = [c for c in calls if self.order[c] > position and self._acts(c) and self.view.statement(c) is not line]
        if not any(self.order[c] < position and self._writes(c) for c in calls):
            return bool(later)
        named = {n.value for a in node.args for n in _names(a.value)}
        return any(n.value in named for c in later for a in c.args for n in _names(a.value))

    def _calls_around(self, node: cst.CSTNode) -> list[cst.Call]:
        function = self.view.function_of(node)
        return [n for n in walk(function.body) if isinstance(n, cst.Call)] if function is not None else []

    def _acts(self, call: cst.Call) -> bool:
        """Whether a call runs code that may write files: a function of the project that is no task, or a program."""
        if called_task(self.view, call.func) is not None or mapped_task(self.view, call.func) is not None:
            return False
        name = self.called(call)
        if name.startswith("subprocess.") or name in ("os.system", "asyncio.run"):
            return True
        definition = self.view.index.definition(name, self.view.facts.module) if name else None
        return definition is not None and definition.function is not None

    def _writes(self, call: cst.Call) -> bool:
        """Whether a call may have written a file: all but those that are known to look at values only."""
        name = self.called(call)
        if name in INSPECTION or name in V1_TYPES or name in _LOOKS or name.startswith(("os.path.", "pathlib.")):
            return False
        definition = self.view.index.definition(name, self.view.facts.module) if name else None
        if definition is not None and definition.cls is not None:
            return False
        method = call.func.attr.value if isinstance(call.func, cst.Attribute) and not name else ""
        return not method or method not in _LOOKS | CONTAINER_METHODS | _PATH_METHODS | _STRING_METHODS

    def _makes_entry(self, use: cst.Name) -> bool:
        parent = self.view.parent(use)
        return isinstance(parent, cst.Attribute) and parent.attr.value in ("new_file", "new_dir")

    def _is_place_to_write(self, use: cst.Name) -> bool:
        return self._is_path_like_use(use) and not self._makes_entry(use)

    def is_new_remote(self, node: cst.BaseExpression) -> bool:
        """Whether a name holds a new remote file or directory: its path is the place to write to."""
        bindings = self.view.bindings(node) if isinstance(node, cst.Name) else []
        value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
        if not isinstance(value, cst.Call) or not self.is_constructor(value) or self.is_deferred(value):
            return False
        return self.view.canonical(value.func).endswith((".new_remote_file", ".new_remote"))

    def holds_deferred(self, name: cst.Name) -> bool:
        """Whether a name is bound to a constructor that :meth:`is_deferred`."""
        bindings = self.view.bindings(name)
        value = bindings[0].value if len(bindings) == 1 else None
        return isinstance(value, cst.Call) and self.is_constructor(value) and self.is_deferred(value)

    def is_constructor(self, node: cst.CSTNode) -> bool:
        """Whether a node is a call that makes a v1 file or directory."""
        if not isinstance(node, cst.Call):
            return False
        function = node.func.value if isinstance(node.func, cst.Subscript) else node.func
        name = self._maker(function)
        owner, _, method = name.rpartition(".")
        made = method in ("new", "new_remote_file", "new_remote", "from_source")
        return bool({name, owner if made else ""} & (FILE_TYPES | DIRECTORY_TYPES))

    def deferred_target(self, node: cst.Call) -> cst.Name | None:
        """The only name that a constructor of a local file or directory in a function is assigned to."""
        assign = self.view.parent(node)
        if not isinstance(assign, cst.Assign) or len(assign.targets) != 1 or self.view.function_of(node) is None:
            return None
        target = assign.targets[0].target
        if not isinstance(target, cst.Name) or len(self.view.bindings(target)) != 1:
            return None
        name = self.called(node)
        if name.endswith((".new_remote_file", ".from_source")):
            return None
        if name.endswith((".new", ".new_remote")):
            return target if len(node.args) <= 1 else None
        path = keyword_of(node, "path", 0)
        if path is None or len(node.args) != 1:
            return None
        kind = self.of(path.value)
        return target if kind == PATH else None

    def _is_path_like_use(self, use: cst.Name) -> bool:
        parent = self.view.parent(use)
        if isinstance(parent, cst.Attribute):
            return parent.attr.value in ("path", "download", "open", "new_file", "new_dir")
        if isinstance(parent, cst.BinaryOperation):
            return isinstance(parent.operator, cst.Divide)
        if isinstance(parent, cst.FormattedStringExpression):
            return True
        if isinstance(parent, cst.Arg):
            call = self.view.parent(parent)
            return isinstance(call, cst.Call) and self.takes_path(call)
        return False

    def takes_path(self, call: cst.Call) -> bool:
        """Whether a call reads a file argument as a path: any but tasks, project code, containers, inspection."""
        if called_task(self.view, call.func) is not None or mapped_task(self.view, call.func) is not None:
            return False
        if unwrapped_task(self.view, call.func) is not None:
            return False
        name = self.called(call)
        if name in INSPECTION or name in V1_TYPES or name.rpartition(".")[0] in V1_TYPES:
            return False
        if name in ("flytekit.approve", _CREATE_NODE) or isinstance(call.func, cst.Call):
            return False  # what is approved goes on as it is; what a call makes may be a map, which takes files
        if isinstance(call.func, cst.Attribute) and call.func.attr.value in CONTAINER_METHODS:
            return False
        if isinstance(call.func, cst.Attribute) and self._is_artifact(call.func.value):
            return False
        definition = self.view.index.definition(name, self.view.facts.module) if name else None
        return definition is None or (
            definition.cls is None and definition.function is None and definition.variable is None
        )

    def _is_artifact(self, node: cst.BaseExpression) -> bool:
        name = self.view.qualified(node) if isinstance(node, (cst.Name, cst.Attribute)) else ""
        definition = self.view.index.definition(name, self.view.facts.module) if name else None
        if definition is None or definition.variable is None or not definition.variable.call:
            return False
        return self.view.index.canonical(definition.variable.call, definition.module.module) == ARTIFACT


#: Builtins and functions that take any object as it is.
INSPECTION = frozenset(
    [
        "isinstance",
        "type",
        "id",
        "bool",
        "hash",
        "list",
        "tuple",
        "set",
        "len",
        "sorted",
        "zip",
        "enumerate",
        "reversed",
        "dict",
        "iter",
        "next",
        "any",
        "all",
        "issubclass",
        "callable",
        "hasattr",
        "getattr",
        "setattr",
        "object.__setattr__",
        "frozenset",
        "filter",
        "map",
        "typing.cast",
        "dataclasses.replace",
        "copy.copy",
        "copy.deepcopy",
        "asyncio.gather",
        "functools.partial",
    ]
)
CONTAINER_METHODS = frozenset(
    [
        "then",
        "append",
        "insert",
        "add",
        "extend",
        "setdefault",
        "put",
        "appendleft",
        "update",
        "assertEqual",
        "assertIsInstance",
    ]
)

V1_TYPES = FILE_TYPES | DIRECTORY_TYPES | FRAME_TYPES


def _asked(test: cst.BaseExpression) -> tuple[cst.BaseExpression | None, cst.BaseExpression | None]:
    """What a test asks the type of, and for which: ``isinstance(x, T)``, ``type(x) == T``, ``type(x) is T``."""
    if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        asked, compared = test.left, test.comparisons[0]
        is_type = isinstance(asked, cst.Call) and code(asked.func) == "type" and len(asked.args) == 1
        if is_type and isinstance(asked, cst.Call) and isinstance(compared.operator, (cst.Equal, cst.Is)):
            return asked.args[0].value, compared.comparator
    if isinstance(test, cst.Call) and code(test.func) == "isinstance" and len(test.args) == 2:
        return test.args[0].value, test.args[1].value
    return None, None


def _alternatives(type_: Type) -> list[Type]:
    """The sides of ``A | B``, quoted or not."""
    text = type_.text.strip("'\"")
    sides = text.split("|") if "|" in text and "[" not in text else []
    return [Type(side.strip(), type_.module) for side in sides]


def _attribute_of_self(target: cst.BaseExpression) -> str:
    if isinstance(target, cst.Attribute) and isinstance(target.value, cst.Name) and target.value.value == "self":
        return target.attr.value
    return ""


_NAMED_TYPES: dict[str, Kind] = {
    **dict.fromkeys(FILE_TYPES, FILE),
    **dict.fromkeys(DIRECTORY_TYPES, DIR),
    **dict.fromkeys(FRAME_TYPES, FRAME),
    **dict.fromkeys(RAW_FRAMES, RAW),
    **dict.fromkeys(_PATHS, PATH),
    "str": TEXT,
    "None": NONE,
}
_BLOB_METHODS: dict[str, Kind] = {
    "download": PATH,
    "open": HANDLE,
    "new_file": FILE,
    "new_dir": DIR,
    "get_file": FILE,
    "crawl": Kind("list", (Kind("tuple", (TEXT, PATH)),)),
}
_PATH_RESULTS: dict[str, Kind] = {
    "iterdir": Kind("list", (PATH,)),
    "glob": Kind("list", (PATH,)),
    "rglob": Kind("list", (PATH,)),
    "open": HANDLE,
    "download": PATH,
    "new_file": PATH,
    "new_dir": PATH,
    "split": Kind("list", (TEXT,)),
}
_METHODS_OF_UNKNOWN: dict[str, Kind] = {
    "iterdir": Kind("list", (PATH,)),
    "rglob": Kind("list", (PATH,)),
    "as_posix": PATH,
    "with_suffix": PATH,
}


def _place(text: str) -> Kind:
    return URI if _REMOTE.match(text) else PATH


def _is_empty(node: cst.BaseExpression | None) -> bool:
    kind = type(node)
    if kind is cst.List or kind is cst.Dict:
        return not node.elements  # type: ignore[union-attr]
    return isinstance(node, cst.Call) and not node.args and dotted_name(node.func) in ("list", "dict")


def _declares_only(binding: Binding) -> bool:
    return isinstance(binding.node, cst.AnnAssign) and binding.node.value is None


def _names(node: cst.CSTNode) -> Iterator[cst.Name]:
    return (n for n in walk(node) if isinstance(n, cst.Name))


def _string(kinds: Kinds, node: cst.CSTNode) -> Kind | None:
    text = string_value(node)
    return _place(text) if text is not None else OTHER


def _either(kinds: Kinds, node: cst.IfExp) -> Kind | None:
    return join([kinds.of(node.body), kinds.of(node.orelse)])


def _or(kinds: Kinds, node: cst.BooleanOperation) -> Kind | None:
    return join([kinds.of(node.left), kinds.of(node.right)])


def _number(kinds: Kinds, node: cst.CSTNode) -> Kind | None:
    return OTHER


_READERS: dict[type, Callable[[Kinds, Any], Kind | None]] = {
    cst.Name: Kinds._name,
    cst.Call: Kinds._call,
    cst.Attribute: Kinds._attribute,
    cst.Subscript: Kinds._subscript,
    cst.BinaryOperation: Kinds._binary,
    cst.FormattedString: Kinds._formatted,
    cst.SimpleString: _string,
    cst.ConcatenatedString: _string,
    cst.List: Kinds._sequence,
    cst.Set: Kinds._sequence,
    cst.Tuple: Kinds._tuple,
    cst.Dict: Kinds._dict,
    cst.ListComp: lambda kinds, node: Kind("list", (kinds.of(node.elt),)),
    cst.GeneratorExp: lambda kinds, node: Kind("list", (kinds.of(node.elt),)),
    cst.SetComp: lambda kinds, node: Kind("list", (kinds.of(node.elt),)),
    cst.DictComp: lambda kinds, node: Kind("dict", (kinds.of(node.value),)),
    cst.IfExp: _either,
    cst.BooleanOperation: _or,
    cst.NamedExpr: lambda kinds, node: kinds.of(node.value),
    cst.Await: lambda kinds, node: kinds.of(node.expression),
    cst.Integer: _number,
    cst.Float: _number,
    cst.Comparison: _number,
    cst.UnaryOperation: _number,
}
