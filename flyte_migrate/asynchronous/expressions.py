"""Expressions of a coroutine function: calls that are awaited, and comprehensions and maps whose calls are gathered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import libcst as cst

from flyte_migrate.asynchronous import layout
from flyte_migrate.asynchronous.dag import Graph
from flyte_migrate.asynchronous.items import COMPREHENSIONS, Item
from flyte_migrate.asynchronous.maps import Map, read_map
from flyte_migrate.asynchronous.names import Names
from flyte_migrate.asynchronous.units import Units
from flyte_migrate.rewrite.template import code
from flyte_migrate.rewrite.view import FileView
from flyte_migrate.rewrite.walk import fields_of, walk


@dataclass(frozen=True, eq=False)
class Started:
    """What was started with ``asyncio.create_task``: its variable, what its result is bound to, the items it runs."""

    name: str
    target: cst.BaseAssignTargetExpression | None
    items: Sequence[Item]


@dataclass
class Place:
    """Statements being written in one scope, and the started tasks that it has not awaited yet."""

    statements: list[cst.BaseStatement] = field(default_factory=list)
    pending: dict[Item, Started] = field(default_factory=dict)
    bound: set[str] = field(default_factory=set)


class Expressions:
    """Rewrites the expressions of one function. ``awaits`` is false for a function that stays sync."""

    def __init__(
        self,
        view: FileView,
        node: cst.FunctionDef,
        units: Units,
        reorders: bool,
        awaits: bool,
        follows_orders: bool,
    ) -> None:
        self.view, self.node, self.units, self.awaits = view, node, units, awaits
        self.graph = Graph(view, node, units, reorders)
        self.graph.follows_orders = follows_orders
        self.names = Names(view, node, self.graph, units)
        self.indent = 0  # of the block that is being written
        self.made: set[str] = set()  # local functions written here
        self.started: dict[cst.BaseExpression, str] = {}  # variables of calls that were started before
        self.elements: set[str] = set()  # variables of generators written here

    @property
    def asyncio(self) -> str:
        """The name of the module ``asyncio``."""
        return self.view.local_name("asyncio:")

    def rebuilt(self, node, place: Place):  # type: ignore[no-untyped-def]
        """A part of a statement with its calls awaited."""
        return self.expression(node, place) if isinstance(node, cst.BaseExpression) else self.with_parts(node, place)

    def expression(self, node: cst.BaseExpression, place: Place) -> cst.BaseExpression:
        """The expression with its calls awaited where they stand."""
        if node in self.names.given:
            return cst.Name(self.names.given[node])
        if node in self.graph.renamed:
            return cst.Name(self.graph.renamed[node])
        if not self.awaits:
            return self.with_parts(node, place)  # type: ignore[no-any-return]
        if self.units.is_unit(node):
            if isinstance(node, COMPREHENSIONS):
                return self._comprehension(node, place)
            mapped = self.read_map(node)
            if mapped is not None and not mapped.is_plain and node not in self.started:
                return self._async_for(mapped, place)
            return self._awaited(node, self.awaitable(node, place))
        if self.units.reports(node):
            assert isinstance(node, cst.Call)
            call = self.with_parts(node, place)
            return self._awaited(node, call.with_changes(func=cst.Attribute(call.func, cst.Name("aio"))))
        if isinstance(node, cst.GeneratorExp) and self.units.holds_units(node):
            # An `await` in it would make it an asynchronous generator.
            return cst.ListComp(self.expression(node.elt, place), self.rebuilt(node.for_in, place))
        return self.with_parts(node, place)  # type: ignore[no-any-return]

    def with_parts(self, node, place: Place):  # type: ignore[no-untyped-def]
        changes: dict[str, object] = {}
        for name in fields_of(type(node)):
            value = getattr(node, name)
            if isinstance(value, cst.CSTNode):
                built = self.rebuilt(value, place)
                if built is not value:
                    changes[name] = built
            elif isinstance(value, (list, tuple)) and value and isinstance(value[0], cst.CSTNode):
                items = [self.rebuilt(part, place) for part in value]
                if any(new is not old for new, old in zip(items, value, strict=True)):
                    changes[name] = items
        return node.with_changes(**changes) if changes else node

    def _awaited(self, node: cst.BaseExpression, expression: cst.BaseExpression) -> cst.BaseExpression:
        waited = cst.Await(expression, lpar=node.lpar, rpar=node.rpar)
        parent = self.view.parent(node)
        reads = isinstance(parent, (cst.Attribute, cst.Subscript)) and parent.value is node
        called = isinstance(parent, cst.Call) and parent.func is node
        if (reads or called) and not waited.lpar:
            return waited.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        return waited

    def is_direct(self, node: cst.BaseExpression) -> bool:
        """Whether a unit is one awaitable expression."""
        if isinstance(node, (cst.SetComp, cst.DictComp)):
            return False
        mapped = self.read_map(node)
        return mapped is None or mapped.is_plain

    def awaitable(self, node: cst.BaseExpression, place: Place) -> cst.BaseExpression:
        """The expression to await for a unit."""
        if node in self.started:
            return cst.Name(self.started[node])
        if isinstance(node, COMPREHENSIONS):
            return self._gathered(node, place)
        mapped = self.read_map(node)
        if mapped is not None:
            return self._map(mapped, place)
        assert isinstance(node, cst.Call)
        kind = self.units.kind(node)
        call: cst.Call = self.with_parts(node, place).with_changes(lpar=(), rpar=())
        wrapped = self.units.wrapped(node.func)
        if wrapped is not None:
            return call.with_changes(func=wrapped)
        callee = self.units.callee(node.func)
        if kind in ("sdk", "method") or (
            callee is not None and callee.task is not None and not self.units.is_async(callee)
        ):
            call = call.with_changes(func=cst.Attribute(call.func, cst.Name("aio")))
        return call

    # -- comprehensions and maps ---------------------------------------------------------------------------------------

    def _comprehension(self, node: cst.BaseExpression, place: Place) -> cst.BaseExpression:
        if not self.graph.reorders:
            if isinstance(node, cst.GeneratorExp):
                return cst.ListComp(self.expression(node.elt, place), self.rebuilt(node.for_in, place))
            return self.with_parts(node, place)  # type: ignore[no-any-return]
        waited = cst.Await(self._gathered(node, place))
        if isinstance(node, (cst.SetComp, cst.DictComp)):
            return cst.Call(cst.Name("set" if isinstance(node, cst.SetComp) else "dict"), [cst.Arg(waited)])
        return (
            self._awaited(
                node.with_changes(lpar=(), rpar=()) if isinstance(node, cst.GeneratorExp) else node, waited.expression
            )
            if not self._is_read(node)
            else waited.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        )

    def _is_read(self, node: cst.BaseExpression) -> bool:
        parent = self.view.parent(node)
        return isinstance(parent, (cst.Attribute, cst.Subscript)) and parent.value is node

    def _gathered(self, node: cst.BaseExpression, place: Place) -> cst.BaseExpression:
        """``asyncio.gather(*(t.aio(x=x) for x in xs))`` for a comprehension."""
        assert isinstance(node, COMPREHENSIONS)
        element = node.value if isinstance(node, cst.DictComp) else node.elt
        loop = self.rebuilt(node.for_in, place)
        single = not isinstance(node, cst.DictComp) and self.is_single(element)
        inner = Place(bound=set(place.bound))
        if single:
            value = self.awaitable(element, inner)
        if not single or inner.statements:
            inner = Place(bound=set(place.bound))
            if isinstance(node, cst.DictComp):
                element = cst.Tuple([cst.Element(node.key), cst.Element(element)], lpar=(), rpar=())
            targets = self._comprehension_targets(node)
            with self.names.local() as kept:
                self.returning(element, inner)
                value = self.step(place, inner, targets, [n for n in targets if _reads(node, n)])
                kept.add(code(value.func))
        return layout.gather_each(self.asyncio, value, loop)

    def returning(self, value: cst.BaseExpression, place: Place) -> None:
        """Write ``return value``, calls in it side by side."""
        raise NotImplementedError

    def _comprehension_targets(self, node: cst.BaseExpression) -> list[str]:
        assert isinstance(node, COMPREHENSIONS)
        scope = self.view.scope_of[node]
        return list(scope.bindings)

    def is_single(self, element: cst.BaseExpression) -> bool:
        """Whether an element is one unit that waits for nothing of its own."""
        if not self.units.is_unit(element) or not self.is_direct(element):
            return False
        return not any(self.units.holds_units(part) for part in self.units.inputs(element))

    def step(self, place: Place, inner: Place, targets: Sequence[str], used: Sequence[str]) -> cst.Call:
        """Write a local function for what happens to one element, and give the call of it."""
        name = self.names.fresh(f"process_{targets[0]}" if len(targets) == 1 and len(targets[0]) > 1 else "process")
        self.define(place, name, list(used), inner)
        return cst.Call(cst.Name(name), layout.separated([cst.Arg(cst.Name(n)) for n in used]))

    def define(
        self, place: Place, name: str, parameters: Sequence[str | tuple[str, str]], inner: Place, returns: str = ""
    ) -> None:
        """Write a local coroutine function."""
        fitted = [layout.fitted(s, self.indent + 4) for s in inner.statements]
        body = layout.spaced(fitted, self.made)
        self.made.add(name)
        place.statements.append(layout.local_function(name, parameters, body, returns))

    def read_map(self, node: cst.BaseExpression) -> Map | None:
        call = self.units.map_call(node)
        return read_map(self.view, self.units, call) if call is not None else None

    def _async_for(self, mapped: Map, place: Place) -> cst.BaseExpression:
        """``[value async for value in flyte.map.aio(...)]`` for a map whose calls can't be told."""
        name = self.names.fresh("value")
        call = self.with_parts(mapped.node, place)
        source = call.with_changes(func=cst.Attribute(call.func, cst.Name("aio")))
        loop = cst.CompFor(cst.Name(name), source, asynchronous=cst.Asynchronous())
        return cst.ListComp(cst.Name(name), loop)

    def _map(self, mapped: Map, place: Place) -> cst.BaseExpression:
        """``asyncio.gather(*(t.aio(x=x) for x in xs))`` for a map, with a semaphore for its concurrency."""
        function = self.expression(mapped.function, place)
        if not mapped.is_async:
            function = cst.Attribute(function, cst.Name("aio"))
        values: dict[str, cst.BaseExpression] = {}
        for name, value in mapped.constants.items():
            built = self.expression(value, place)
            if not mapped.is_stable(value):
                variable = self.names.fresh(name)
                place.statements.append(layout.line(cst.Assign([cst.AssignTarget(cst.Name(variable))], built)))
                built = cst.Name(variable)
            values[name] = built
        sources = {name: self.expression(value, place) for name, value in mapped.lists.items()}
        read = {n.value for v in (*values.values(), function) for n in walk(v) if isinstance(n, cst.Name)}
        elements = {name: self._element(name, read, sources[name], len(sources)) for name in sources}
        args = [layout.argument(cst.Name(elements[n]) if n in elements else values[n], n) for n in mapped.parameters]
        call: cst.BaseExpression = cst.Call(function, layout.separated(args))
        if mapped.concurrency is not None:
            call = self._limited(mapped, call, elements, sources, place)
        target: cst.BaseAssignTargetExpression
        if len(sources) == 1:
            (source,), (target,) = sources.values(), [cst.Name(n) for n in elements.values()]
        else:
            source = cst.Call(
                cst.Name("zip"),
                layout.separated([*map(cst.Arg, sources.values()), layout.argument(cst.Name("True"), "strict")]),
            )
            target = layout.names_tuple(list(elements.values()))
        options = [] if mapped.errors is None else [layout.argument(mapped.errors, "return_exceptions")]
        return layout.gather_each(self.asyncio, call, cst.CompFor(target, source), options)

    def _element(self, name: str, read: Collection[str], source: cst.BaseExpression, count: int) -> str:
        """A loop variable for the elements of a list: the parameter's name unless that means something else there."""
        if name not in read and name != code(source) and name not in self.names.given.values():
            return name
        preferred = "item" if count == 1 else f"{name}_item"
        # The variable of a generator hides nothing behind it.
        free = preferred in self.elements and preferred not in read and preferred != code(source)
        chosen = preferred if free else self.names.fresh(preferred)
        self.elements.add(chosen)
        return chosen

    def _limited(
        self,
        mapped: Map,
        call: cst.BaseExpression,
        elements: dict[str, str],
        sources: dict[str, cst.BaseExpression],
        place: Place,
    ) -> cst.BaseExpression:
        """The call through a local function that holds a semaphore while it runs."""
        limit = mapped.concurrency
        assert limit is not None
        limit = self.expression(limit, place)
        if not isinstance(limit, cst.Integer):
            # 0 and None mean no limit.
            name, source = next(iter(sources.items()))
            if not isinstance(source, cst.Name):
                variable = self.names.fresh(f"{name}_values")
                place.statements.append(layout.line(cst.Assign([cst.AssignTarget(cst.Name(variable))], source)))
                source = sources[name] = cst.Name(variable)
            count = cst.Call(cst.Name("len"), [cst.Arg(source)])
            limit = cst.BooleanOperation(limit, cst.Or(), count)
        semaphore = self.names.fresh("semaphore")
        made = cst.Call(cst.parse_expression(f"{self.asyncio}.Semaphore"), [cst.Arg(limit)])
        place.statements.append(layout.line(cst.Assign([cst.AssignTarget(cst.Name(semaphore))], made)))
        body = cst.With(
            [cst.WithItem(cst.Name(semaphore))],
            cst.IndentedBlock([layout.line(cst.Return(cst.Await(call)))]),
            asynchronous=cst.Asynchronous(),
        )
        name = self.names.fresh(f"limited_{mapped.name}")
        types = mapped.annotations
        self.define(place, name, [(n, types.get(p, "")) for p, n in elements.items()], Place([body]), mapped.returns)
        return cst.Call(cst.Name(name), layout.separated([cst.Arg(cst.Name(n)) for n in elements.values()]))


def _reads(node: cst.CSTNode, name: str) -> bool:
    assert isinstance(node, COMPREHENSIONS)
    parts = [node.key, node.value] if isinstance(node, cst.DictComp) else [node.elt]
    return any(isinstance(n, cst.Name) and n.value == name for part in parts for n in walk(part))
