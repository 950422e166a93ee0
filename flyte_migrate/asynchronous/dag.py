"""Data flow of a block of statements: which calls have to wait for which, as the edges of Flyte 1's node graph.

A v1 workflow is compiled to nodes that wait only for the nodes whose outputs they take. The same graph is found here from
the text: an item is a statement, or a call inside one; it needs the items whose results, names or effects it depends on.

What keeps an order:

* data, through names, unpacking, attributes, subscripts, containers, f-strings, comprehensions, and ``a >> b``;
* a name that is bound again (its readers come first) and an object that is mutated (``xs.append(...)``), aliases included;
* effects among each other. A ``print`` or a log line holds up nothing else. Any other unknown call, an ``assert`` or a
  ``raise`` comes before the calls that follow it in the text, since they may rely on it; it does not wait for calls whose
  results it doesn't read, because plain code in a v1 workflow ran before all tasks (SEM-15);
* ``return``, ``break`` and ``continue``: nothing moves across them.

TRAP-28, SEM-04.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

import libcst as cst

from flyte_migrate.rewrite.flow import type_name
from flyte_migrate.rewrite.scopes import Scope
from flyte_migrate.rewrite.view import FileView, Statement
from flyte_migrate.rewrite.walk import children, walk


class Units(Protocol):
    """What runs tasks in a file: calls of tasks, maps, calls of functions that call tasks."""

    def is_unit(self, node: cst.CSTNode) -> bool:
        """Whether an expression starts tasks, so that it can be waited for."""

    def inputs(self, node: cst.BaseExpression) -> Sequence[cst.CSTNode]:
        """The parts of a unit that are evaluated once, before it starts."""


COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)
_PURE_BUILTINS = frozenset(
    ["abs", "all", "any", "ascii", "bin", "bool", "bytes", "bytearray", "callable", "chr", "complex", "dict", "divmod", "enumerate", "filter", "float", "format", "frozenset", "getattr", "hasattr", "hash", "hex", "id", "int", "isinstance", "issubclass", "len", "list", "map", "max", "min", "object", "oct", "ord", "pow", "property", "range", "repr", "reversed", "round", "set", "slice", "sorted", "str", "sum", "super", "tuple", "type", "zip"]
)
_PURE_MODULES = (
    "collections.", "copy.", "dataclasses.", "datetime.", "decimal.", "enum.", "fractions.", "functools.", "itertools.", "json.dumps",
    "json.loads", "math.", "operator.", "os.path.", "pathlib.", "re.", "statistics.", "string.", "textwrap.", "typing.", "uuid.UUID",
)  # fmt: skip
_PURE_METHODS = frozenset(
    ["as_posix", "capitalize", "casefold", "copy", "count", "date", "decode", "dict", "encode", "endswith", "find", "format", "get", "group", "groups", "index", "isdigit", "isoformat", "items", "join", "joinpath", "keys", "lower", "lstrip", "model_copy", "model_dump", "partition", "replace", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "strftime", "time", "timestamp", "title", "to_dict", "total_seconds", "upper", "values", "with_name", "with_suffix", "zfill", "union", "intersection", "difference", "issubset", "issuperset", "with_overrides", "_replace", "_asdict"]
)
_MUTATORS = frozenset(
    ["add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem", "popleft", "remove", "reverse", "setdefault", "sort", "update"]
)
_IMMUTABLE = frozenset(
    {"int", "float", "str", "bool", "bytes", "None", "datetime.datetime", "datetime.timedelta", "datetime.date"}
)
_LOG_METHODS = frozenset(["debug", "info", "warning", "warn", "error", "exception", "critical", "log"])


class Effect(IntEnum):
    """What an item does besides computing values."""

    NONE = 0
    OUTPUT = 1  # prints and log lines: ordered among effects only
    UNKNOWN = 2
    CONTROL = 3  # leaves the block


@dataclass(eq=False)
class Item:
    """A node of the graph.

    ``statement`` is the statement it stands for, ``unit`` the call (or other awaitable expression) that it makes. A call
    nested in a statement is an item of its own, with ``lifted`` set; the items that read its value list it in ``parts``.
    """

    position: int
    statement: Statement | None
    unit: cst.BaseExpression | None = None
    lifted: cst.BaseExpression | None = None
    parts: list[Item] = field(default_factory=list)
    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    mutates: set[str] = field(default_factory=set)
    effect: Effect = Effect.NONE
    embedded: bool = False  # calls at places that can't be lifted: a branch, a loop, one side of an `and`
    needs: set[Item] = field(default_factory=set)
    each: Each | None = None

    @property
    def has_calls(self) -> bool:
        return self.unit is not None or self.embedded


@dataclass(eq=False)
class Each:
    """A ``for`` loop whose iterations are independent.

    ``work`` are the items that every iteration does for itself, ``after`` those that put the results together, in order.
    ``results`` are what ``after`` (or nothing) reads of ``work``. ``start`` is the ``name = []`` right before the loop when
    all that happens afterwards is one ``name.append``.
    """

    loop: cst.For
    inner: list[cst.For]  # loops that are all there is in the body of the one before
    work: list[Item]
    after: list[Item]
    names: list[str]  # names read afterwards, in the order they are written
    parts: list[Item]  # lifted calls read afterwards
    appends: tuple[str, cst.BaseExpression | None] | None = None  # no value: every branch of the last statement has one
    start: Statement | None = None


class Unsupported(Exception):
    """A block whose order can't be told; the message says why."""


@dataclass
class Analysis:
    """The items of one block in an order in which they could run one after another, the source's as far as it holds."""

    items: list[Item]
    order_statements: list[Statement]


class Graph:
    """Analyses the blocks of one function."""

    def __init__(
        self,
        view: FileView,
        function: cst.FunctionDef,
        units: Units,
        reorders: bool = True,
        visited: frozenset[cst.CSTNode] = frozenset(),
    ) -> None:
        self.view, self.function, self.units = view, function, units
        self.visited = visited | {function}  # functions whose purity is being looked at
        self.scope: Scope = view.scope_of[function]
        self.holds_calls: dict[cst.CSTNode, bool] = {}
        self.reorders = reorders and not any(
            isinstance(n, (cst.Global, cst.Nonlocal, cst.Yield)) for n in walk(function.body)
        )
        self.renamed: dict[cst.CSTNode, str] = {}
        if self.reorders:
            self.renamed.update(list(self._versions()))
        self.aliases = self._aliases()

    # -- names ---------------------------------------------------------------------------------------------------------

    def is_local(self, name: cst.Name) -> bool:
        scope = self.view.scope_at.get(name)
        owner = scope.owner(name.value) if scope is not None else None
        return owner is self.scope

    def name(self, node: cst.Name) -> str:
        """The name of a variable, or of its version."""
        return self.renamed.get(node, node.value)

    def _versions(self) -> Iterator[tuple[cst.Name, str]]:
        """Names for variables that are bound again to something that has nothing to do with their first value.

        Without them the second call would wait for everything that reads the first one's result, which in Flyte 1 it did not.
        """
        body = self.function.body
        if not isinstance(body, cst.IndentedBlock):
            return
        taken = set(self.view.facts.bound)
        for name, bindings in self.scope.bindings.items():
            places = [self._top_place(b.node) for b in bindings]
            simple = all(b.kind in ("assign", "unpack") for b in bindings) and all(
                isinstance(s, cst.SimpleStatementLine) and s in body.body for s in places
            )
            if len(bindings) < 2 or not simple or len(set(places)) < len(places):
                continue
            uses = [n for n in self.view.occurrences.get(name, ()) if self.view.scope_at[n].owner(name) is self.scope]
            if any(
                isinstance(a, (cst.FunctionDef, cst.Lambda)) and a is not self.function
                for u in uses
                for a in self._around(u)
            ):
                continue
            yield from self._renamings(name, places, uses, taken)

    def _renamings(
        self, name: str, places: Sequence[cst.CSTNode], uses: Sequence[cst.Name], taken: set[str]
    ) -> Iterator[tuple[cst.Name, str]]:
        body = self.function.body
        assert isinstance(body, cst.IndentedBlock)
        version, number = name, 1
        for statement in body.body:
            mine = [u for u in uses if self._top_place(u) is statement]
            if statement not in places:
                yield from ((u, version) for u in mine if version != name)
                continue
            targets = [u for u in mine if self._is_target(u)]
            reads = [u for u in mine if u not in targets]
            yield from ((u, version) for u in reads if version != name)
            if statement is not places[0] and not reads and self.has_calls(statement):
                number += 1
                while f"{name}_{number}" in taken:
                    number += 1
                version = f"{name}_{number}"
                taken.add(version)
            yield from ((u, version) for u in targets if version != name)

    def _around(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """What is around a node inside the function."""
        for ancestor in self.view.ancestors(node):
            if ancestor is self.function:
                return
            yield ancestor

    def _top_place(self, node: cst.CSTNode) -> cst.CSTNode:
        """The statement of the function's own block that holds a node."""
        found = node
        for ancestor in self._around(node):
            if ancestor is self.function.body:
                break
            found = ancestor
        return found

    def _is_target(self, node: cst.Name) -> bool:
        item = Item(0, None)
        self._name(item, node)
        return bool(item.writes)

    def _aliases(self) -> dict[str, set[str]]:
        """Names that may hold (parts of) the same object, by name."""
        groups: dict[str, set[str]] = {}
        for node in walk(self.function.body):
            if isinstance(node, cst.Assign):
                targets: list[cst.CSTNode] = [t.target for t in node.targets]
            elif isinstance(node, (cst.AnnAssign, cst.For, cst.AugAssign, cst.NamedExpr)):
                targets = [node.target]
            else:
                continue
            value = node.iter if isinstance(node, cst.For) else node.value
            if value is None:
                continue
            names = {self.name(n) for t in targets for n in _roots(t) if self.is_local(n)}
            names |= {self.name(n) for n in self._handed_on(value)}
            merged = set(names).union(*(groups.get(n, set()) for n in names))
            for name in merged:
                groups[name] = merged
        return groups

    def _handed_on(self, node: cst.CSTNode) -> Iterator[cst.Name]:
        """Local names whose objects an expression may give on (not those that only go into a task, or a pure function)."""
        if isinstance(node, cst.Name):
            if self.is_local(node):
                yield node
        elif self.units.is_unit(node) or isinstance(node, (cst.Comparison, cst.FormattedString, cst.BinaryOperation)) or (
            isinstance(node, cst.Call)
            and isinstance(node.func, cst.Name)
            and node.func.value in ("len", "str", "int", "float", "range", "sum")
        ):
            return
        else:
            for child in children(node):
                yield from self._handed_on(child)

    # -- items ---------------------------------------------------------------------------------------------------------

    def analyse(self, block: Sequence[cst.CSTNode], live: frozenset[str] = frozenset()) -> Analysis:
        """The items of a block. ``live`` are names read after it. Raises Unsupported for order statements in a circle."""
        items: list[Item] = []
        orders: list[list[Item]] = []
        order_statements: list[Statement] = []
        for number, node in enumerate(block):
            assert isinstance(node, (cst.SimpleStatementLine, cst.BaseCompoundStatement))
            chain = self._order_statement(node)
            if chain is not None:
                order_statements.append(node)
                orders.append([link for operand in chain for link in self._operand(operand, items)])
                continue
            each = self._each(node, items, frozenset(live | self.live_in(block[number + 1 :])))
            if each is not None:
                items.append(each)
                continue
            items += self._items(node, len(items))
        for number, item in enumerate(items):
            item.position = number
        self._connect(items, orders)
        items = _sorted(items)
        for number, item in enumerate(items):
            item.position = number
        return Analysis(items, order_statements)

    def _items(self, node: Statement, position: int) -> list[Item]:
        """The item of a statement, after those of the calls inside it."""
        lifted: list[Item] = []
        item = Item(position, node)
        parts: Sequence[cst.CSTNode] = ()
        if isinstance(node, cst.SimpleStatementLine) and len(node.body) == 1:
            small = node.body[0]
            root = small.value if isinstance(small, cst.Expr) or self._binds_names(small) else None  # type: ignore[attr-defined]
            if root is not None and self.units.is_unit(root):
                item.unit = root
            parts = [small]
        elif isinstance(node, cst.If):
            parts = [node.test]
        elif isinstance(node, cst.For):
            parts = [node.iter]
        for part in parts:
            self._lift(part, item, lifted)
        item.embedded = self._embedded(node, item.unit, lifted)
        self._describe(item, node, lifted)
        return [*lifted, item]

    def _binds_names(self, node: cst.CSTNode) -> bool:
        """Whether an assignment binds plain names. A call whose value is stored elsewhere can run before it is."""
        if isinstance(node, cst.AnnAssign):
            return isinstance(node.target, cst.Name)
        if not isinstance(node, cst.Assign) or len(node.targets) != 1:
            return False
        target = node.targets[0].target
        elements = [e.value for e in target.elements] if isinstance(target, (cst.Tuple, cst.List)) else [target]
        return all(isinstance(e, cst.Name) for e in elements)

    def _embedded(self, node: cst.CSTNode, unit: cst.BaseExpression | None, lifted: Sequence[Item]) -> bool:
        """Whether there are units below ``node`` besides ``unit`` itself and those that are items of their own."""
        done: set[cst.CSTNode | None] = {i.lifted for i in lifted}
        stack = [node]
        while stack:
            part = stack.pop()
            if part is unit and unit is not None:
                stack.extend(self.units.inputs(unit))
            elif part not in done:
                if self.units.is_unit(part):
                    return True
                stack.extend(children(part))
        return False

    def _lift(self, node: cst.CSTNode, owner: Item, lifted: list[Item]) -> None:
        """Make items of the calls below ``node`` that are evaluated exactly once, in evaluation order."""
        if node is owner.unit:
            for part in self.units.inputs(owner.unit):
                self._lift(part, owner, lifted)
            return
        is_unit = self.units.is_unit(node)
        if is_unit or self._is_unknown_call(node, owner):
            assert isinstance(node, cst.BaseExpression)
            item = Item(0, None, unit=node if is_unit else None, lifted=node)
            for part in self.units.inputs(node) if is_unit else children(node):
                self._lift(part, item, lifted)
            item.embedded = is_unit and self._embedded(node, node, lifted)
            self._describe(item, node, lifted)
            owner.parts.append(item)
            lifted.append(item)
        elif isinstance(node, cst.BooleanOperation):
            self._lift(node.left, owner, lifted)
        elif isinstance(node, cst.IfExp):
            self._lift(node.test, owner, lifted)
        elif isinstance(node, cst.Comparison) and len(node.comparisons) > 1:
            self._lift(node.left, owner, lifted)
        elif not isinstance(node, (cst.Lambda, *COMPREHENSIONS)):
            for child in children(node):
                self._lift(child, owner, lifted)

    def _is_unknown_call(self, node: cst.CSTNode, owner: Item) -> bool:
        """A call of unknown effect in the arguments of a task call: it comes first, and its order counts."""
        return owner.unit is not None and isinstance(node, cst.Call) and self._call_effect(node)[0] is Effect.UNKNOWN

    def _describe(self, item: Item, node: cst.CSTNode, lifted: Sequence[Item]) -> None:
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
                self._name(item, node)
        elif isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            item.writes.add(node.name.value)
        elif isinstance(node, (cst.Import, cst.ImportFrom)):
            if not isinstance(node.names, cst.ImportStar):
                item.writes |= {n for n, found in self.scope.bindings.items() if any(b.node is node for b in found)}
            item.effect = max(item.effect, Effect.UNKNOWN)
        elif isinstance(node, cst.Call):
            if not self.units.is_unit(node):
                effect, mutated = self._call_effect(node)
                item.effect = max(item.effect, effect)
                item.mutates |= mutated
                if isinstance(node.func, cst.Name) and self.is_local(node.func):
                    item.reads |= self._closure(node.func)
        elif isinstance(node, cst.AugAssign):
            root = _root(node.target)
            if root is not None and self.is_local(root):
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

    def _name(self, item: Item, node: cst.Name) -> None:
        child: cst.CSTNode = node
        parent = self.view.parent(node)
        while isinstance(parent, (cst.Tuple, cst.List, cst.StarredElement, cst.Element)):
            child, parent = parent, self.view.parent(parent)
        if isinstance(parent, (cst.AssignTarget, cst.AsName, cst.Del)) or (isinstance(parent, (cst.AnnAssign, cst.For, cst.CompFor, cst.NamedExpr)) and parent.target is child):
            item.writes.add(self.name(node))
        elif isinstance(parent, cst.AugAssign) and parent.target is child:
            item.reads.add(self.name(node))
            item.writes.add(self.name(node))
        elif isinstance(parent, (cst.NameItem, cst.Param)):
            return
        else:
            item.reads.add(self.name(node))
            self._stored_into(item, node)

    def _stored_into(self, item: Item, node: cst.Name) -> None:
        """``d[k] = v`` and ``o.a = v`` mutate ``d`` and ``o``."""
        part: cst.CSTNode = node
        parent = self.view.parent(part)
        while isinstance(parent, (cst.Attribute, cst.Subscript)) and parent.value is part:
            part, parent = parent, self.view.parent(parent)
        while isinstance(parent, (cst.Tuple, cst.List, cst.StarredElement, cst.Element)):
            part, parent = parent, self.view.parent(parent)
        if isinstance(parent, (cst.AssignTarget, cst.Del)) or (
            isinstance(parent, (cst.AugAssign, cst.For)) and parent.target is part
        ):
            item.mutates.add(self.name(node))

    def _closure(self, name: cst.Name) -> set[str]:
        """Local names that a local function reads when it is called."""
        found: set[str] = set()
        for binding in self.view.bindings(name):
            if isinstance(binding.node, cst.FunctionDef):
                found |= {self.name(n) for n in walk(binding.node.body) if isinstance(n, cst.Name) and self.is_local(n)}
        return found

    def _call_effect(self, node: cst.Call) -> tuple[Effect, set[str]]:
        """The effect of a call that is no unit, and the local names it mutates."""
        view, func = self.view, node.func
        if isinstance(func, cst.Name) and not view.bindings(func):
            if (
                func.value in _PURE_BUILTINS
                or (func.value.endswith(("Error", "Exception"))
                and hasattr(builtins, func.value))
            ):
                return Effect.NONE, set()
            if func.value == "print":
                return Effect.OUTPUT, set()
            return Effect.UNKNOWN, self._arguments(node)
        qualified = view.qualified(func)
        if isinstance(func, cst.Name) and self._is_pure_function(func):
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
            root_name = _root(func.value)
            owned = root_name is not None and self.is_local(root_name)
            if method in _PURE_METHODS and (qualified is None or owned):
                return Effect.NONE, set()
            if method in _MUTATORS and owned and root_name is not None:
                return Effect.NONE, {self.name(root_name)}
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

    def _is_pure_function(self, name: cst.Name) -> bool:
        """Whether a name is a function of this file that only computes a value."""
        bindings = self.view.bindings(name)
        node = bindings[0].node if len(bindings) == 1 else None
        if (
            not isinstance(node, cst.FunctionDef)
            or node in self.visited
            or node.asynchronous is not None
            or node.decorators
        ):
            return False
        if any(
            isinstance(n, (cst.Global, cst.Nonlocal, cst.Yield, cst.Raise, cst.Assert, cst.With, cst.Import))
            for n in walk(node.body)
        ):
            return False
        inner = Graph(self.view, node, self.units, False, self.visited | {node})
        own = set(inner.scope.bindings) - {p.name.value for p in walk(node.params) if isinstance(p, cst.Param)}
        return inner.is_pure(own)

    def is_pure(self, own: set[str]) -> bool:
        """Whether nothing in the function has an effect or changes anything but the objects behind the names ``own``."""
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

    def has_calls(self, node: cst.CSTNode) -> bool:
        """Whether a node or anything below it runs tasks."""
        known = self.holds_calls.get(node)
        if known is None:
            known = self.units.is_unit(node) or any(self.has_calls(child) for child in children(node))
            self.holds_calls[node] = known
        return known

    def _certain(self, node: cst.CSTNode) -> set[str]:
        """Names that a statement binds whatever happens."""
        if isinstance(node, cst.If):
            if node.orelse is None:
                return set()
            other = node.orelse
            return self._certain(node.body) & self._certain(other if isinstance(other, cst.If) else other.body)
        if isinstance(node, cst.IndentedBlock):
            body = list(node.body)
            if (
                body
                and isinstance(body[-1], cst.SimpleStatementLine)
                and isinstance(body[-1].body[-1], (cst.Raise, cst.Return))
            ):
                return {name for name in self.scope.bindings}
            return set().union(*(self._certain(s) for s in body))
        if isinstance(node, cst.With):
            return self._certain(node.body)
        if isinstance(node, cst.SimpleStatementLine):
            item = Item(0, node)
            for part in walk(node):
                if isinstance(part, cst.Name) and self.is_local(part):
                    self._name(item, part)
            return item.writes
        if isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            return {node.name.value}
        return set()

    def read_in(self, statements: Iterable[cst.CSTNode]) -> set[str]:
        """Local names that statements read."""
        found: set[str] = set()
        for statement in statements:
            item = Item(0, None)
            for node in walk(statement):
                if isinstance(node, cst.Name) and self.is_local(node):
                    self._name(item, node)
            found |= item.reads
        return found

    def exposed(self, item: Item) -> set[str]:
        """Names whose values from before an item reads."""
        if item.statement is None or isinstance(
            item.statement, (cst.SimpleStatementLine, cst.FunctionDef, cst.ClassDef)
        ):
            return item.reads
        return self.live_in([item.statement])

    def certain(self, item: Item) -> set[str]:
        """Names that an item binds whatever happens."""
        if item.each is not None or item.statement is None:
            return item.writes
        return self._certain(item.statement)

    def written_in_order(self, item: Item) -> list[str]:
        """The names that an item binds, in the order of the text."""
        if item.statement is None:
            return []
        found = [self.name(n) for n in walk(item.statement) if isinstance(n, cst.Name) and self.name(n) in item.writes]
        return list(dict.fromkeys([*found, *sorted(item.writes)]))

    def live_in(self, statements: Iterable[cst.CSTNode]) -> set[str]:
        """Local names that statements read before they bind them."""
        found: set[str] = set()
        bound: set[str] = set()
        for statement in statements:
            found |= self._live_in_one(statement) - bound
            bound |= self._certain(statement)
        return found

    def _live_in_one(self, node: cst.CSTNode) -> set[str]:
        if isinstance(node, cst.For):
            target = {n.value for n in _roots(node.target)}
            return self.read_in([node.iter]) | (self.live_in(node.body.body) - target) | self._live_in_else(node.orelse)
        if isinstance(node, cst.If):
            return self.read_in([node.test]) | self.live_in(node.body.body) | self._live_in_else(node.orelse)
        return self.read_in([node])

    def _live_in_else(self, node: cst.If | cst.Else | None) -> set[str]:
        if isinstance(node, cst.Else):
            return self.live_in(node.body.body)
        return self._live_in_one(node) if node is not None else set()

    # -- order -------------------------------------------------------------------------------------------------------

    def _order_statement(self, node: Statement) -> list[cst.BaseExpression] | None:
        """The operands of ``a >> b >> c`` standing alone."""
        if not isinstance(node, cst.SimpleStatementLine) or len(node.body) != 1:
            return None
        small = node.body[0]
        if not isinstance(small, cst.Expr) or not is_order(small.value):
            return None
        operands = _operands(small.value)
        return operands if all(self._is_ordered(operand) for operand in operands) else None

    def _is_ordered(self, node: cst.BaseExpression) -> bool:
        """Whether an operand is a call of a task, or holds the result of one: only then `>>` is an order."""
        root = _root(node)
        if root is None:
            return self.units.is_unit(node)
        bindings = self.view.bindings(root)
        return any(b.value is not None and self.has_calls(b.value) for b in bindings if b.kind in ("assign", "unpack"))

    def _operand(self, node: cst.BaseExpression, items: list[Item]) -> list[Item]:
        """The items that an operand stands for; a call among the operands becomes one."""
        root = _root(node)
        if root is not None:
            return [i for i in items if self.name(root) in i.writes][-1:]
        lifted: list[Item] = []
        item = Item(len(items), cst.SimpleStatementLine([cst.Expr(node)]), unit=node)
        self._lift(node, item, lifted)
        item.embedded = self._embedded(node, node, lifted)
        self._describe(item, node, lifted)
        items += [*lifted, item]
        return [item]

    def _connect(self, items: Sequence[Item], orders: Sequence[Sequence[Item]]) -> None:
        for later_number, later in enumerate(items):
            later.needs.update(later.parts)
            for earlier in items[:later_number]:
                if _must_precede(earlier, later, self.reorders):
                    later.needs.add(earlier)
        for chain in orders:
            for earlier, later in zip(chain, chain[1:], strict=False):
                if earlier is not later:
                    later.needs.add(earlier)

    # -- loops -------------------------------------------------------------------------------------------------------

    def _each(self, node: Statement, items: list[Item], live: frozenset[str]) -> Item | None:
        """The item of a ``for`` loop whose iterations don't depend on each other; takes its ``name = []`` out of ``items``."""
        if (
            not isinstance(node, cst.For)
            or node.orelse is not None
            or node.asynchronous is not None
            or not self.reorders
        ):
            return None
        if not isinstance(node.body, cst.IndentedBlock) or not self.has_calls(node.body) or self.has_calls(node.iter):
            return None
        if any(
            isinstance(n, (cst.Break, cst.Continue, cst.Return, cst.Raise, cst.FunctionDef, cst.ClassDef, cst.Lambda))
            for n in walk(node.body)
        ):
            return None
        loops = [node, *self._nested_loops(node)]
        target = Item(0, None)
        for part in (n for loop in loops for n in walk(loop.target)):
            if isinstance(part, cst.Name):
                self._name(target, part)
        if target.mutates or target.reads:
            return None
        assert isinstance(loops[-1].body, cst.IndentedBlock)
        inner = self.analyse(loops[-1].body.body, live).items
        found = self._independent(loops, inner, target.writes, live)
        if found is None:
            return None
        item = Item(len(items), node, embedded=True, each=found)
        self._describe(item, node, ())
        # Names of an iteration are its own; none of them is read afterwards.
        own = set().union(target.writes, *(i.writes for i in inner))
        item.reads -= own
        item.writes -= own
        if found.appends is not None:
            name = found.appends[0]
            previous = items[-1] if items else None
            if (
                previous is not None
                and self._starts_list(previous, name)
                and name not in self.read_in([loop.iter for loop in loops])
            ):
                found.start = previous.statement
                items.pop()
                item.mutates.discard(name)
                item.reads.discard(name)
                item.writes.add(name)
        return item

    def _nested_loops(self, node: cst.For) -> list[cst.For]:
        """Loops that are the whole body of the one around them, so that all of them are one."""
        found: list[cst.For] = []
        body = node.body
        while isinstance(body, cst.IndentedBlock) and len(body.body) == 1:
            loop = body.body[0]
            if (
                not isinstance(loop, cst.For)
                or loop.orelse is not None
                or loop.asynchronous is not None
                or self.has_calls(loop.iter)
            ):
                break
            if not isinstance(loop.body, cst.IndentedBlock):
                break
            found.append(loop)
            body = loop.body
        return found

    def _independent(
        self, loops: list[cst.For], inner: list[Item], targets: set[str], live: frozenset[str]
    ) -> Each | None:
        written = set().union(targets, *(i.writes for i in inner))
        if written & live:
            return None
        known = set(targets)
        for item in sorted(inner, key=lambda i: i.position):
            if (item.reads & written) - known:
                return None  # a value of the iteration before
            known |= item.writes
        before_calls = {i for i in inner if i.has_calls}
        calls_need: set[Item] = set()
        stack = list(before_calls)
        while stack:
            item = stack.pop()
            if item not in calls_need:
                calls_need.add(item)
                stack.extend(item.needs)
        after = [i for i in inner if i not in calls_need and (i.effect or i.mutates - written)]
        needed: set[Item] = set(after)
        # Plain values between the calls and what puts them together are made where they are used.
        stack = [n for i in after for n in i.needs]
        while stack:
            item = stack.pop()
            if item not in calls_need and item not in needed:
                needed.add(item)
                stack.extend(item.needs)
        work = [i for i in inner if i not in needed]
        after = [i for i in inner if i in needed]
        branching = (
            _append_of_all_branches(last.statement)
            if (last := max(inner, key=lambda i: i.position, default=None))
            else ""
        )
        if branching and not after:
            assert last is not None
            others = [i for i in inner if i is not last]
            if last.mutates - written == {branching} and not any(branching in i.reads | i.mutates for i in others):
                if not any(i.effect for i in inner) and branching not in self.read_in([loop.iter for loop in loops]):
                    return Each(loops[0], loops[1:], work, [], [], [], (branching, None))
        if any(i.mutates - written for i in work) or any(i.effect is Effect.CONTROL for i in inner):
            return None
        waits = _reached_from_calls(work)
        if any(i.effect and i in waits and not i.has_calls for i in work) or any(
            i.effect and i.has_calls for i in work
        ):
            return None
        if any(i.effect for i in work) and any(i.effect for i in after):
            return None
        outside = set().union(*(i.mutates for i in after)) - written
        if any(outside & i.reads for i in work) or any(outside & (i.reads - i.mutates) for i in after):
            return None
        if outside & self.read_in([loop.iter for loop in loops]):
            return None
        if any(outside & i.reads and not self._only_stores(i) for i in after):
            return None
        reads = set().union(*(i.reads for i in after))
        ordered = sorted(work, key=lambda i: i.position)
        names = [n for loop in loops for n in _names_in_order(loop, targets) if n in reads]
        names += [n for i in ordered for n in self.written_in_order(i) if n in reads]
        parts = [p for i in after for p in i.parts if p in set(work)]
        if len(loops) > 1 and after and not names and not parts:
            return None
        return Each(loops[0], loops[1:], work, after, list(dict.fromkeys(names)), parts, self._append(after))

    def _only_stores(self, item: Item) -> bool:
        """``xs.append(v)``, ``d[k] = v``, ``d.update(v)``: the object is only put into, never read."""
        if not isinstance(item.statement, cst.SimpleStatementLine) or len(item.statement.body) != 1:
            return False
        small = item.statement.body[0]
        if (
            isinstance(small, cst.Expr)
            and isinstance(small.value, cst.Call)
            and isinstance(small.value.func, cst.Attribute)
        ):
            inside: list[cst.CSTNode] = [*small.value.args]
            stored = isinstance(small.value.func.value, cst.Name) and small.value.func.attr.value in (
                "append",
                "extend",
                "add",
                "update",
            )
        elif (
            isinstance(small, cst.Assign)
            and len(small.targets) == 1
            and isinstance(small.targets[0].target, cst.Subscript)
        ):
            inside = [*small.targets[0].target.slice, small.value]
            stored = isinstance(small.targets[0].target.value, cst.Name)
        else:
            return False
        return stored and not (self.read_in(inside) & item.mutates)

    def _append(self, after: Sequence[Item]) -> tuple[str, cst.BaseExpression] | None:
        """(list, value) if putting the results together is one ``name.append(value)``."""
        found = appended(after[0].statement) if len(after) == 1 and after[0].statement is not None else None
        return (self.name(found[0]), found[1]) if found is not None else None

    def _starts_list(self, item: Item, name: str) -> bool:
        if (
            not isinstance(item.statement, cst.SimpleStatementLine)
            or len(item.statement.body) != 1
            or item.lifted is not None
        ):
            return False
        small = item.statement.body[0]
        if isinstance(small, cst.Assign):
            targets = [t.target for t in small.targets]
        elif isinstance(small, cst.AnnAssign):
            targets = [small.target]
        else:
            return False
        value = small.value
        empty = isinstance(value, cst.List) and not value.elements
        if (
            isinstance(value, cst.Call)
            and isinstance(value.func, cst.Name)
            and value.func.value == "list"
            and not value.args
        ):
            empty = not self.view.bindings(value.func)
        return empty and len(targets) == 1 and isinstance(targets[0], cst.Name) and self.name(targets[0]) == name


def _append_of_all_branches(node: Statement | None) -> str:
    """The list to which every branch of an ``if`` appends as the last thing it does, and nowhere else."""
    if not isinstance(node, cst.If):
        return ""
    names: set[str] = set()
    branch: cst.If | cst.Else | None = node
    while branch is not None:
        body = branch.body
        call = appended(body.body[-1]) if isinstance(body, cst.IndentedBlock) else None
        names.add(call[0].value if call is not None else "")
        branch = branch.orelse if isinstance(branch, cst.If) else None
        if branch is None and not isinstance(body, cst.IndentedBlock):
            return ""
    last: cst.If | cst.Else = node
    while isinstance(last, cst.If):
        if last.orelse is None:
            return ""
        last = last.orelse
    name = names.pop() if len(names) == 1 else ""
    mentions = [n for n in walk(node) if isinstance(n, cst.Name) and n.value == name]
    return name if len(mentions) == _count_branches(node) else ""


def _count_branches(node: cst.If) -> int:
    return 1 + (_count_branches(node.orelse) if isinstance(node.orelse, cst.If) else 1)


def appended(node: cst.CSTNode) -> tuple[cst.Name, cst.BaseExpression] | None:
    """(list, value) of a statement ``name.append(value)``."""
    if not isinstance(node, cst.SimpleStatementLine) or len(node.body) != 1:
        return None
    small = node.body[0]
    call = small.value if isinstance(small, cst.Expr) else None
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute) or call.func.attr.value != "append":
        return None
    if not isinstance(call.func.value, cst.Name) or len(call.args) != 1 or call.args[0].star:
        return None
    return call.func.value, call.args[0].value


def is_order(node: cst.BaseExpression) -> bool:
    """Whether an expression is a chain of ``>>``."""
    return isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.RightShift)


def _operands(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    if is_order(node):
        assert isinstance(node, cst.BinaryOperation)
        return [*_operands(node.left), *_operands(node.right)]
    return [node]


def _root(node: cst.CSTNode) -> cst.Name | None:
    while isinstance(node, (cst.Attribute, cst.Subscript)):
        node = node.value
    return node if isinstance(node, cst.Name) else None


def _roots(target: cst.CSTNode) -> Iterator[cst.Name]:
    """The names at the start of the targets of an assignment: ``d`` of ``d["a"]``, ``a`` and ``b`` of ``a, *b``."""
    if isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            yield from _roots(element.value)
    elif isinstance(target, cst.StarredElement):
        yield from _roots(target.value)
    else:
        root = _root(target)
        if root is not None:
            yield root


def _names_in_order(loop: cst.For, targets: set[str]) -> list[str]:
    return [n.value for n in walk(loop.target) if isinstance(n, cst.Name) and n.value in targets]


def _must_precede(earlier: Item, later: Item, reordered: bool) -> bool:
    """Whether ``earlier``, which stands first in the text, has to be over before ``later`` begins."""
    if not reordered or Effect.CONTROL in (earlier.effect, later.effect):
        return True
    if earlier.writes & (later.reads | later.writes | later.mutates) or earlier.reads & later.writes:
        return True
    if (
        earlier.mutates & (later.reads | later.writes | later.mutates)
        or (earlier.reads | earlier.writes) & later.mutates
    ):
        return True
    if earlier.effect and later.effect:
        return True
    return earlier.effect is Effect.UNKNOWN and later.has_calls


def _sorted(items: Sequence[Item]) -> list[Item]:
    """Items so that each comes after what it needs; otherwise as in the source. Raises Unsupported if they go in a circle."""
    found: list[Item] = []
    done: set[Item] = set()
    waiting = list(items)
    while waiting:
        ready = next((i for i in waiting if i.needs <= done), None)
        if ready is None:
            raise Unsupported("the order statements contradict the data flow")
        waiting.remove(ready)
        done.add(ready)
        found.append(ready)
    return found


def _reached_from_calls(items: Sequence[Item]) -> set[Item]:
    """Items that need the result of a call, directly or not."""
    found: set[Item] = set()
    for item in items:
        if any(n.has_calls or n in found for n in item.needs):
            found.add(item)
    return found


def closure(items: Sequence[Item]) -> dict[Item, set[Item]]:
    """All items that each one needs, directly or not; ``items`` in an order in which they could run."""
    found: dict[Item, set[Item]] = {}
    inside = set(items)
    for item in items:
        needed: set[Item] = set()
        for other in item.needs:
            if other in inside:
                needed.add(other)
                needed |= found[other]
        found[item] = needed
    return found


def side_by_side(items: Sequence[Item]) -> list[Item]:
    """The largest set of calls at one depth of the graph: they could run at the same time."""
    needed = closure(items)
    depth: dict[Item, int] = {}
    for item in items:
        depth[item] = max((depth[n] + n.has_calls for n in needed[item]), default=0)
    levels: dict[int, list[Item]] = {}
    for item in items:
        if item.has_calls:
            levels.setdefault(depth[item], []).append(item)
    return max(levels.values(), key=len, default=[])
