"""What one function does with the objects it is given: which it changes in place, reads again and hands on.

From its ``ast`` alone; :mod:`flyte_migrate.project.mutations` puts it together across the project. A value is named by
the parameter that holds it, or by a number (``#3``) where the function made it or got it from a call; ``cfg.items`` and
``#3.0`` are parts of a value, one level deep.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from flyte_migrate.project.facts import HandOver

_Resolve = Callable[[ast.AST], str | None]
_NONE: frozenset[str] = frozenset()

#: Methods that change their object: those of list, set, dict and bytearray, and the fitting of an estimator.
_METHODS = frozenset(
    {
        *("append", "extend", "insert", "pop", "remove", "reverse", "sort", "clear"),
        *("add", "discard", "update", "difference_update", "intersection_update", "symmetric_difference_update"),
        *("popitem", "setdefault", "fill", "fit", "partial_fit"),
    }
)
#: Functions that change their first argument.
_FUNCTIONS = frozenset(
    {
        "bisect.insort",
        "heapq.heapify",
        "heapq.heappop",
        "heapq.heappush",
        "numpy.fill_diagonal",
        "numpy.put",
        "numpy.random.shuffle",
        "random.shuffle",
        "setattr",
        "delattr",
    }
)
_MAPS = frozenset({"map_task", "array_node"})
_IMMUTABLE = frozenset({"int", "float", "str", "bool", "bytes", "datetime", "timedelta", "date"})


@dataclass(frozen=True)
class ValueFlow:
    """What a function does with values: the fields of :class:`~flyte_migrate.project.facts.Function` of these names."""

    changes: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()
    hands_over: tuple[HandOver, ...] = ()


def value_flow(node: ast.FunctionDef | ast.AsyncFunctionDef, resolve: _Resolve) -> ValueFlow:
    """What a function changes in place, reads more than once and hands on; ``resolve`` knows the names of its scope."""
    flow = _Flow(resolve)
    arguments = node.args
    for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        annotation = arg.annotation
        if not isinstance(annotation, ast.Name) or annotation.id not in _IMMUTABLE:
            flow.values[arg.arg] = frozenset({arg.arg})
    parameters = set(flow.values)
    flow.block(node.body)
    changes = {whole(value) for value in flow.changed} & parameters
    return ValueFlow(tuple(sorted(changes)), tuple(sorted(flow.shared())), tuple(flow.hands_over))


def whole(value: str) -> str:
    """The value that another one is a part of, or the value itself."""
    return value.partition(".")[0]


@dataclass
class _Flow:
    resolve: _Resolve
    values: dict[str, frozenset[str]] = field(default_factory=dict)  # what a name may be, at the statement at hand
    reads: Counter[str] = field(default_factory=Counter)
    changed: set[str] = field(default_factory=set)
    hands_over: list[HandOver] = field(default_factory=list)
    made: int = 0
    weight: int = 1  # how often a read counts: twice in a loop
    nested: bool = False

    def shared(self) -> set[str]:
        """The values that are read more than once, or a part of them and the whole."""
        parts = {value for value in self.reads if whole(value) != value}
        found = {value for value in parts if self.reads[value] + self.reads[whole(value)] > 1}
        found |= {whole(value) for value in parts if self.reads[whole(value)]}
        return found | {value for value, count in self.reads.items() if count > 1}

    def block(self, body: list[ast.stmt]) -> None:
        for stmt in body:
            self._statement(stmt)

    def _statement(self, stmt: ast.stmt) -> None:
        if isinstance(stmt, ast.Assign):
            value = self._value(stmt.value)
            for target in stmt.targets:
                self._store(target, value)
        elif isinstance(stmt, ast.AnnAssign):
            if stmt.value is not None:
                self._store(stmt.target, self._value(stmt.value))
        elif isinstance(stmt, ast.AugAssign):
            self._value(stmt.value)
            self.changed |= self._root(stmt.target)
        elif isinstance(stmt, ast.Delete):
            for target in stmt.targets:
                if not isinstance(target, ast.Name):
                    self.changed |= self._root(target)
        elif isinstance(stmt, (ast.For, ast.AsyncFor)):
            self._store(stmt.target, self._iterated(stmt.iter))
            self._nested_block([*stmt.body, *stmt.orelse], loop=True)
        elif isinstance(stmt, ast.While):
            self._value(stmt.test)
            self._nested_block([*stmt.body, *stmt.orelse], loop=True)
        elif isinstance(stmt, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self._nested_block(stmt.body, loop=True)
        else:
            self._others(stmt)

    def _others(self, stmt: ast.stmt) -> None:
        for name, part in ast.iter_fields(stmt):
            if name in ("body", "orelse", "finalbody"):
                self._nested_block(part, loop=False)
            elif name in ("handlers", "cases"):
                for item in part:
                    self._nested_block(item.body, loop=False)
            elif name == "items" and isinstance(stmt, (ast.With, ast.AsyncWith)):
                for item in part:
                    value = self._value(item.context_expr)
                    if item.optional_vars is not None:
                        self._store(item.optional_vars, value)
            elif isinstance(part, ast.expr):
                self._value(part)

    def _nested_block(self, body: list[ast.stmt], loop: bool) -> None:
        weight, nested = self.weight, self.nested
        self.weight, self.nested = 2 if loop else weight, True
        self.block(body)
        self.weight, self.nested = weight, nested

    def _store(self, target: ast.expr, value: frozenset[str]) -> None:
        if isinstance(target, ast.Name):
            # What is assigned in a branch may be the value or not.
            self.values[target.id] = value | self.values.get(target.id, _NONE) if self.nested else value
        elif isinstance(target, (ast.Tuple, ast.List)):
            for position, item in enumerate(target.elts):
                self._store(item, _part(value, str(position)))
        elif isinstance(target, ast.Starred):
            self._store(target.value, value)
        else:
            self.changed |= self._root(target)

    def _root(self, node: ast.expr) -> frozenset[str]:
        """The values that hold what ``name.attribute[key]…`` is a part of."""
        while isinstance(node, (ast.Attribute, ast.Subscript)):
            if isinstance(node, ast.Subscript):
                self._value(node.slice)
            node = node.value
        return self.values.get(node.id, _NONE) if isinstance(node, ast.Name) else self._value(node)

    def _value(self, node: ast.expr) -> frozenset[str]:
        """The values that an expression may be, or be a part of; a new one where it is none that has a name."""
        if isinstance(node, ast.Constant):
            return self._new()
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
            found = self._held(node)
            for read in found:
                self.reads[read] += self.weight
            return found
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            return self._joined(node.elts)
        if isinstance(node, ast.Dict):
            return self._joined([value for value in (*node.keys, *node.values) if value is not None])
        if isinstance(node, (ast.IfExp, ast.BoolOp)):
            return self._joined([c for c in ast.iter_child_nodes(node) if isinstance(c, ast.expr)])
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
            return self._comprehension(node, [node.elt])
        if isinstance(node, ast.DictComp):
            return self._comprehension(node, [node.key, node.value])
        if isinstance(node, (ast.Starred, ast.Await)):
            return self._value(node.value)
        if isinstance(node, ast.NamedExpr):
            value = self._value(node.value)
            self._store(node.target, value)
            return value
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._value(child)
        return self._new()

    def _held(self, node: ast.expr) -> frozenset[str]:
        """The values that a name, or what is read from it, may be."""
        if isinstance(node, ast.Name):
            return self.values.get(node.id, _NONE)
        if isinstance(node, ast.Attribute):
            return _part(self._held(node.value), node.attr)
        if isinstance(node, ast.Subscript):
            self._value(node.slice)
            key = node.slice.value if isinstance(node.slice, ast.Constant) else ""
            return _part(self._held(node.value), str(key)) if key != "" else self._held(node.value)
        return self._value(node)

    def _joined(self, items: list[ast.expr]) -> frozenset[str]:
        found = _NONE.union(*(self._value(item) for item in items))
        return found | self._new()

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, parts: list[ast.expr]
    ) -> frozenset[str]:
        outer = dict(self.values)
        for generator in node.generators:
            self._store(generator.target, self._iterated(generator.iter))
        weight, self.weight = self.weight, 2
        for condition in (c for generator in node.generators for c in generator.ifs):
            self._value(condition)
        found = self._joined(parts)
        self.weight, self.values = weight, outer
        return found

    def _iterated(self, node: ast.expr) -> frozenset[str]:
        """What an iteration gives parts of: ``enumerate(rows)`` and ``data.items()`` give those of their operands."""
        value = self._value(node)
        if isinstance(node, ast.Call):
            operands = [*node.args, *([node.func.value] if isinstance(node.func, ast.Attribute) else [])]
            value = value.union(*(self.values.get(o.id, _NONE) for o in operands if isinstance(o, ast.Name)))
        return value

    def _new(self) -> frozenset[str]:
        self.made += 1
        return frozenset({f"#{self.made}"})

    def _call(self, node: ast.Call) -> frozenset[str]:
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr == "with_overrides":
            return self._value(function.value)
        callee, bound = self._callee(function)
        result = f"#{self.made + 1}"
        self.made += 1
        in_place = any(k.arg == "inplace" and getattr(k.value, "value", None) is True for k in node.keywords)
        if isinstance(function, ast.Attribute) and (in_place or function.attr in _METHODS):
            self.changed |= self._root(function.value)
        given: list[tuple[str | int, ast.expr]] = [
            *enumerate(node.args),
            *((k.arg or "", k.value) for k in node.keywords),
        ]
        if callee in _FUNCTIONS and node.args:
            self.changed |= self._root(node.args[0])
        elif callee.endswith(".create_node") and node.args:
            callee, given = self.resolve(node.args[0]) or "", given[1:]
        for parameter, argument in [*bound, *given]:
            values = tuple(sorted(self._value(argument)))
            if values and callee:
                self.hands_over.append(HandOver(callee, parameter, values, result))
        if isinstance(function, ast.Attribute):
            self._value(function.value)
        return frozenset({result})

    def _callee(self, function: ast.expr) -> tuple[str, list[tuple[str | int, ast.expr]]]:
        """What is called, and the arguments that ``map_task(partial(f, …))`` has bound before."""
        if isinstance(function, (ast.Name, ast.Attribute)):
            name = self.resolve(function)
            return name or (function.id if isinstance(function, ast.Name) else ""), []
        if not isinstance(function, ast.Call) or not function.args:
            return "", []
        if (self.resolve(function.func) or "").rpartition(".")[2] not in _MAPS:
            return "", []
        mapped = function.args[0]
        if isinstance(mapped, ast.Call) and self.resolve(mapped.func) == "functools.partial" and mapped.args:
            bound: list[tuple[str | int, ast.expr]] = [
                *enumerate(mapped.args[1:]),
                *((k.arg or "", k.value) for k in mapped.keywords),
            ]
            return self.resolve(mapped.args[0]) or "", bound
        return self.resolve(mapped) or "", []


def _part(values: frozenset[str], name: str) -> frozenset[str]:
    return frozenset(value if "." in value else f"{value}.{name}" for value in values)
