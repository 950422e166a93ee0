"""What statements and calls do besides computing values."""

from __future__ import annotations

import builtins
from abc import ABC, abstractmethod
from collections.abc import Sequence

import libcst as cst

from flyte_migrate.asynchronous.items import Analysis, Effect, Item, Units, root_of
from flyte_migrate.asynchronous.variables import Variables
from flyte_migrate.rewrite.flow import type_name
from flyte_migrate.rewrite.view import FileView, Statement
from flyte_migrate.rewrite.walk import children, walk

#: Builtins that only compute.
# fmt: off
_PURE_BUILTINS = frozenset({
    "abs", "all", "any", "ascii", "bin", "bool", "bytearray", "bytes", "callable", "chr", "complex", "dict",
    "divmod", "enumerate", "filter", "float", "format", "frozenset", "getattr", "hasattr", "hash", "hex", "id",
    "int", "isinstance", "issubclass", "len", "list", "map", "max", "min", "object", "oct", "ord", "pow",
    "property", "range", "repr", "reversed", "round", "set", "slice", "sorted", "str", "sum", "super", "tuple",
    "type", "zip",
})
# fmt: on
#: Functions of the standard library that only compute, by the start of their names.
# fmt: off
_PURE_MODULES = (
    "collections.", "copy.", "dataclasses.", "datetime.", "decimal.", "enum.", "fractions.", "functools.",
    "itertools.", "json.dumps", "json.loads", "math.", "operator.", "os.path.", "pathlib.", "re.", "statistics.",
    "string.", "textwrap.", "typing.", "uuid.UUID",
)
# fmt: on
#: Methods that only compute, whatever they are called on.
# fmt: off
_PURE_METHODS = frozenset({
    "_asdict", "_replace", "as_posix", "capitalize", "casefold", "copy", "count", "date", "decode", "dict",
    "difference", "encode", "endswith", "find", "format", "get", "group", "groups", "index", "intersection",
    "isdigit", "isoformat", "issubset", "issuperset", "items", "join", "joinpath", "keys", "lower", "lstrip",
    "model_copy", "model_dump", "partition", "replace", "rpartition", "rsplit", "rstrip", "split", "splitlines",
    "startswith", "strftime", "strip", "time", "timestamp", "title", "to_dict", "total_seconds", "union", "upper",
    "values", "with_name", "with_overrides", "with_suffix", "zfill",
})
# fmt: on
#: Methods that change the object they are called on, and nothing else.
# fmt: off
_MUTATORS = frozenset({
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem", "popleft", "remove",
    "reverse", "setdefault", "sort", "update",
})
# fmt: on
#: Types whose values nothing can change.
# fmt: off
_IMMUTABLE = frozenset({
    "None", "bool", "bytes", "datetime.date", "datetime.datetime", "datetime.timedelta", "float", "int", "str",
})
# fmt: on
# fmt: off
_LOG_METHODS = frozenset({
    "critical", "debug", "error", "exception", "info", "log", "warn", "warning",
})
# fmt: on

#: What a function that only computes a value does not hold, and what one that may raise does not hold.
_EFFECTS = (cst.Global, cst.Nonlocal, cst.Yield, cst.With, cst.Import)
_ENDING = (*_EFFECTS, cst.Raise, cst.Assert)


class Effects(Variables, ABC):
    """Describes items of one function: names and effects. ``visited`` are functions whose purity is being looked at."""

    def __init__(
        self,
        view: FileView,
        function: cst.FunctionDef,
        units: Units,
        reorders: bool = True,
        visited: frozenset[cst.CSTNode] = frozenset(),
    ) -> None:
        super().__init__(view, function, units, reorders)
        self.visited = visited | {function}

    @abstractmethod
    def analyse(self, block: Sequence[cst.CSTNode], live: frozenset[str] = frozenset()) -> Analysis:
        """The items of a block; ``live`` are names read after it. A loop is judged by those of the blocks in it."""

    def describe(self, item: Item, node: cst.CSTNode, lifted: Sequence[Item]) -> None:
        """Fill in names and effects of an item, without what its lifted parts do."""
        done = {i.lifted for i in lifted}
        stack: list[cst.CSTNode] = [node]
        while stack:
            part = stack.pop()
            if part in done and part is not item.lifted:
                continue
            self._one(item, part)
            if isinstance(part, (cst.FunctionDef, cst.ClassDef)):
                # What a local function reads is read when it is called; it may be called from here on.
                item.reads |= {self.name(n) for n in walk(part) if isinstance(n, cst.Name) and self.is_local(n)}
                continue
            stack.extend(children(part))
        if isinstance(node, cst.BaseCompoundStatement) and not isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            item.reads |= item.writes - self._certain(node)
        item.mutates = set().union(item.mutates, *(self.aliases.get(n, set()) for n in item.mutates))

    def _one(self, item: Item, node: cst.CSTNode) -> None:
        if isinstance(node, cst.Name):
            if self.is_local(node):
                self.note(item, node)
        elif isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            item.writes.add(node.name.value)
        elif isinstance(node, (cst.Import, cst.ImportFrom)):
            if not isinstance(node.names, cst.ImportStar):
                item.writes |= {n for n, found in self.scope.bindings.items() if any(b.node is node for b in found)}
            item.effect = max(item.effect, Effect.UNKNOWN)
        elif isinstance(node, cst.Call):
            if not self.units.is_unit(node):
                effect, mutated = self.effect_of(node)
                item.effect = max(item.effect, effect)
                item.mutates |= mutated
                if isinstance(node.func, cst.Name) and self.is_local(node.func):
                    item.reads |= self._closure(node.func)
        elif isinstance(node, cst.AugAssign):
            root = root_of(node.target)
            if root is not None and self.is_local(root) and not (root is node.target and self.is_number(root)):
                item.mutates.add(self.name(root))
        elif isinstance(node, (cst.Return, cst.Break, cst.Continue)):
            if not self._is_inside(node, item.statement):
                item.effect = Effect.CONTROL
        elif isinstance(node, (cst.Raise, cst.Assert, cst.With, cst.Try, cst.TryStar)):
            item.effect = max(item.effect, Effect.UNKNOWN)

    def _is_inside(self, node: cst.CSTNode, statement: Statement | None) -> bool:
        """Whether leaving here stays within the statement: a break of its own loop, a return of a nested function."""
        for ancestor in self.view.ancestors(node):
            if isinstance(ancestor, cst.FunctionDef):
                return ancestor is not self.function
            if isinstance(ancestor, (cst.For, cst.While)) and not isinstance(node, cst.Return):
                return True
            if ancestor is statement:
                return False
        return False

    def _closure(self, name: cst.Name) -> set[str]:
        """Local names that a local function reads when it is called."""
        found: set[str] = set()
        for binding in self.view.bindings(name):
            if isinstance(binding.node, cst.FunctionDef):
                found |= {self.name(n) for n in walk(binding.node.body) if isinstance(n, cst.Name) and self.is_local(n)}
        return found

    def effect_of(self, node: cst.Call) -> tuple[Effect, set[str]]:
        """The effect of a call that is no unit, and the local names it mutates."""
        view, func = self.view, node.func
        if isinstance(func, cst.Name) and not view.bindings(func):
            if func.value in _PURE_BUILTINS or (
                func.value.endswith(("Error", "Exception")) and hasattr(builtins, func.value)
            ):
                return Effect.NONE, set()
            if func.value == "print":
                return Effect.OUTPUT, set()
            return Effect.UNKNOWN, self._arguments(node)
        qualified = view.qualified(func)
        # What looks at results of calls and may raise for them did so inside a node of Flyte 1.
        if isinstance(func, cst.Name) and self._is_pure_function(func, self._takes_results(node)):
            return Effect.NONE, set()
        if qualified is not None:
            definition = view.index.definition(qualified, view.facts.module)
            if definition is not None and definition.cls is not None and definition.function is None:
                return Effect.NONE, set()
            root, last = qualified.split(".")[0], qualified.rpartition(".")[2]
            if qualified in ("flyte.map", "flytekit.map_task"):
                return Effect.NONE, set()
            if qualified.startswith(_PURE_MODULES) or (
                root in ("flyte", "flytekit", "flyteplugins") and last[:1].isupper()
            ):
                return Effect.NONE, set()
            if qualified.startswith(("logging.", "warnings.warn")) or self._is_logger(func):
                return Effect.OUTPUT, set()
        if isinstance(func, cst.Attribute):
            method = func.attr.value
            root_name = root_of(func.value)
            owned = root_name is not None and self.is_local(root_name)
            if method in _PURE_METHODS and (qualified is None or owned):
                return Effect.NONE, set()
            changed = _changed(func.value)
            if method in _MUTATORS and changed is not None and self.is_local(changed):
                return Effect.NONE, {self.name(changed)}
            if isinstance(func.value, (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)):
                return Effect.NONE, set()
            if method == "override":
                return Effect.NONE, set()
            mutated = self._arguments(node)
            return Effect.UNKNOWN, mutated | ({self.name(root_name)} if owned and root_name is not None else set())
        return Effect.UNKNOWN, self._arguments(node)

    def _arguments(self, node: cst.Call) -> set[str]:
        """Objects that a function of unknown effect may change: the names it is handed."""
        handed = [arg.value for arg in node.args if type_name(self.view, arg.value) not in _IMMUTABLE]
        return {self.name(a) for a in handed if isinstance(a, cst.Name) and self.is_local(a)}

    def _takes_results(self, node: cst.Call) -> bool:
        """Whether an argument of a call is the result of a task, or a variable that holds one."""
        for argument in node.args:
            if self.has_calls(argument.value):
                return True
            bindings = self.view.bindings(argument.value) if isinstance(argument.value, cst.Name) else ()
            if any(b.value is not None and self.has_calls(b.value) for b in bindings if b.kind in ("assign", "unpack")):
                return True
        return False

    def _is_pure_function(self, name: cst.Name, may_raise: bool) -> bool:
        """Whether a name is a function of this file that only computes a value, or else raises."""
        bindings = self.view.bindings(name)
        node = bindings[0].node if len(bindings) == 1 else None
        if (
            not isinstance(node, cst.FunctionDef)
            or node in self.visited
            or node.asynchronous is not None
            or node.decorators
        ):
            return False
        if any(isinstance(n, _EFFECTS if may_raise else _ENDING) for n in walk(node.body)):
            return False
        inner = type(self)(self.view, node, self.units, False, self.visited | {node})
        own = set(inner.scope.bindings) - {p.name.value for p in walk(node.params) if isinstance(p, cst.Param)}
        return inner.is_pure(own)

    def is_pure(self, own: set[str]) -> bool:
        """Whether nothing in the function has an effect, or changes any object but those behind the names ``own``."""
        item = Item(0, None)
        for node in walk(self.function.body):
            if isinstance(node, (cst.Call, cst.Name, cst.AugAssign)):
                self._one(item, node)
        mutated = set().union(item.mutates, *(self.aliases.get(n, set()) for n in item.mutates))
        return item.effect is Effect.NONE and mutated <= own and not self.has_calls(self.function.body)

    def _is_logger(self, func: cst.BaseExpression) -> bool:
        if not isinstance(func, cst.Attribute) or func.attr.value not in _LOG_METHODS:
            return False
        qualified = self.view.qualified(func.value) or ""
        definition = self.view.index.definition(qualified, self.view.facts.module) if qualified else None
        if definition is not None and definition.variable is not None:
            return definition.variable.call.endswith("getLogger")
        return qualified in ("flytekit.logger", "flyte.logger")


def _changed(node: cst.CSTNode) -> cst.Name | None:
    """The variable whose object changes with what an expression gives: ``d`` of ``d[k]``, ``d.setdefault(k, [])``."""
    while isinstance(node, (cst.Attribute, cst.Subscript, cst.Call)):
        if isinstance(node, cst.Call):
            if not isinstance(node.func, cst.Attribute) or node.func.attr.value not in ("get", "setdefault"):
                return None
            node = node.func
        node = node.value
    return node if isinstance(node, cst.Name) else None
