"""A former workflow as a coroutine function that runs side by side what Flyte 1 ran side by side.

``await asyncio.gather(left.aio(x=x), right.aio(x=x))`` where calls wait for nothing but earlier values; a small local function
for a branch of several steps; ``await t.aio(...)`` everywhere else (DESIGN 3.7, MAP-24, TRAP-17).

Official: https://www.union.ai/docs/v2/flyte/api-reference/migration/parallelism-and-async/
"""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import libcst as cst

from flyte_migrate.asynchronous import layout
from flyte_migrate.asynchronous.dag import Each, Graph, Item, is_order
from flyte_migrate.asynchronous.maps import Map, partial_holder, read_map
from flyte_migrate.asynchronous.schedule import Group, Step, schedule
from flyte_migrate.asynchronous.units import Units
from flyte_migrate.rewrite.imports import comments_in
from flyte_migrate.rewrite.scopes import Scope
from flyte_migrate.rewrite.template import WIDTH, code, only_lines, string_value
from flyte_migrate.rewrite.view import FileView, Statement
from flyte_migrate.rewrite.walk import children, fields_of, walk

_COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)


def coroutine_function(view: FileView, node: cst.FunctionDef, units: Units, reorders: bool) -> cst.FunctionDef:
    """The function as ``async def``. With ``reorders`` independent calls run side by side, else only in their order.

    Raises dag.Unsupported if its order statements can't be followed.
    """
    return _Emitter(view, node, units, reorders).function()


def ordered_function(view: FileView, node: cst.FunctionDef, units: Units) -> cst.FunctionDef:
    """The function, still sync, with its order statements (``a >> b``) replaced by the order of its calls."""
    return _Emitter(view, node, units, True, awaits=False).function()


#: A task started with ``asyncio.create_task``: its variable, and what its result is bound to.
_Started = tuple[str, cst.BaseAssignTargetExpression | None]


@dataclass
class _Place:
    """Statements being written in one scope, and the started tasks that it has not awaited yet."""

    statements: list[cst.BaseStatement] = field(default_factory=list)
    pending: dict[Item, _Started] = field(default_factory=dict)
    bound: set[str] = field(default_factory=set)


class _NotAlone(Exception):
    """A branch that can't be moved into a function of its own."""


class _Emitter:
    def __init__(self, view: FileView, node: cst.FunctionDef, units: Units, reorders: bool, awaits: bool = True) -> None:
        self.view, self.node, self.units = view, node, units
        self.awaits = awaits
        self.graph = Graph(view, node, units, reorders)
        self.named: dict[cst.CSTNode, str] = {}  # nested calls that got a variable
        self.taken = {n.value for n in walk(node) if isinstance(n, cst.Name) and n in view.scope_at}
        self.taken |= _enclosing_names(view, node) | set(self.graph.renamed.values())
        self.live: frozenset[str] = frozenset()
        self.block: Sequence[Item] = ()  # the items among which results of a branch are read
        self.made: set[str] = set()  # local functions written here
        self.indent = 4 * sum(isinstance(a, cst.IndentedBlock) for a in view.ancestors(node))
        self.unread = set(self._only_ordered())
        self.partials = dict(self._inlined_partials())
        self.returns: dict[Item, cst.BaseExpression] = {}  # items that become the result of a step function

    @property
    def asyncio(self) -> str:
        return self.view.local_name("asyncio:")

    def _only_ordered(self) -> Iterator[str]:
        """Names that nothing but order statements read."""
        orders = [s.value for s in walk(self.node.body) if isinstance(s, cst.Expr) and is_order(s.value)]
        operands = {n for order in orders for n in walk(order) if isinstance(n, cst.Name)}
        for name in {n.value for n in operands}:
            if operands.issuperset(self.view.uses_of(name, self.graph.scope)):
                yield name

    def _inlined_partials(self) -> Iterator[tuple[Statement, str]]:
        """Variables that hold a partial for maps only, whose values are written into the calls."""
        for node in walk(self.node.body):
            if not self.awaits or not isinstance(node, cst.Assign) or len(node.targets) != 1:
                continue
            target = node.targets[0].target
            if not isinstance(target, cst.Name) or partial_holder(self.view, target) is not node.value:
                continue
            uses = self.view.uses_of(target.value, self.view.scope_at[target])
            calls = [self.view.parent(a) for a in map(self.view.parent, uses) if isinstance(a, cst.Arg)]
            maps = [read_map(self.view, self.units, c) for c in calls if isinstance(c, cst.Call) and self.units.map_call(c) is c]
            if len(maps) == len(uses) and all(m.is_plain and m.node.args[0].value in uses for m in maps):
                yield self.view.statement(node), target.value

    # -- functions and blocks ------------------------------------------------------------------------------------------

    def function(self) -> cst.FunctionDef:
        node = self.node
        names = {p.name.value for p in walk(node.params) if isinstance(p, cst.Param)}
        body = self._suite(node.body, frozenset(), _Place(bound=names))
        if not self.awaits:
            return node.with_changes(body=body)
        return node.with_changes(asynchronous=cst.Asynchronous(), body=body)

    def _suite(self, node: cst.BaseSuite, live: frozenset[str], around: _Place) -> cst.BaseSuite:
        if isinstance(node, cst.SimpleStatementSuite):
            line = cst.SimpleStatementLine(node.body, trailing_whitespace=node.trailing_whitespace)
            if not self.graph.has_calls(node):
                return node
            place = _Place(pending=dict(around.pending), bound=set(around.bound))
            place.statements.append(self._rebuilt(line, place))
            return cst.IndentedBlock(place.statements)
        assert isinstance(node, cst.IndentedBlock)
        self.indent += 4
        statements = self._block(node.body, live, around)
        self.indent -= 4
        return node.with_changes(body=statements)

    def _block(self, block: Sequence[cst.BaseStatement], live: frozenset[str], around: _Place) -> list[cst.BaseStatement]:
        place = _Place(pending=dict(around.pending), bound=set(around.bound))
        analysis = self.graph.analyse(block, live)
        items = analysis.items
        saved, self.live, self.block = (self.live, self.block), live, items
        if self.awaits and self.graph.reorders:
            self._sequence(schedule(items), place)
        else:
            self._sequence(list(items), place)
        self.live, self.block = saved
        place.statements = [layout.fitted(s, self.indent) if s not in block else s for s in place.statements]
        for statement in analysis.order_statements:
            layout.keep_comments(place.statements, [statement])
        return layout.spaced(place.statements, self.made) or [cst.SimpleStatementLine([cst.Pass()])]

    def _sequence(self, steps: Sequence[Step] | Sequence[Item], place: _Place) -> None:
        for number, step in enumerate(steps):
            if isinstance(step, Group):
                self._group(step, place)
                continue
            self._await_pending(step, place)
            if step.lifted is None:
                self._statement(step, place)
            elif not self._stays_inside(step, steps[number + 1 :]):
                self._assign(step, place)
            place.bound |= step.writes - step.reads

    def _stays_inside(self, item: Item, following: Sequence[Step]) -> bool:
        """Whether a nested call can be awaited where it stands: nothing comes between it and the statement around it."""
        between: list[Item] = [item]
        for step in following:
            if isinstance(step, Group):
                if item.unit is not None:
                    return False
                owners = {p for branch in step.branches if len(branch) == 1 and isinstance(branch[0], Item) for p in branch[0].parts}
                return all(other in owners for other in between)
            if step.lifted is None:
                inner = set(_parts(step))
                if item.unit is not None and any(item in other.parts and self._is_many(other) for other in (*inner, step)):
                    return False
                return all(other in inner for other in between) and step.each is None and self._fits(item, step)
            if step.position < between[-1].position:
                return False
            between.append(step)
        return False

    def _is_many(self, item: Item) -> bool:
        """Whether an item gathers calls: what they iterate over is a statement of its own."""
        return item.unit is not None and self.units.kind(item.unit) in ("map", "each")

    def _fits(self, item: Item, around: Item) -> bool:
        """Whether gathered calls can be written into the statement that takes them without making it too long."""
        if not self.awaits or item.lifted is None or self.units.kind(item.lifted) not in ("map", "each") or around.statement is None:
            return True
        if isinstance(self.view.parent(item.lifted), (cst.Return, cst.Assign, cst.AnnAssign, cst.Expr)):
            return True
        taken = set(self.taken)
        gathered = code(self._expression(item.lifted, _Place()))
        self.taken = taken
        lines = code(around.statement.with_changes(leading_lines=[])).split("\n")
        grown = len(lines[0]) + len(gathered) - len(code(item.lifted).split("\n")[0])
        return "\n" not in gathered and self.indent + grown + len("await .aio") <= WIDTH

    def _assign(self, item: Item, place: _Place) -> None:
        node = item.lifted
        assert node is not None
        value = self._expression(node, place)
        name = self.named[node] = self._fresh(self._preferred(item))
        place.statements.append(_line(cst.Assign([cst.AssignTarget(cst.Name(name))], value)))

    def _await_pending(self, item: Item, place: _Place) -> None:
        """Get the results of started tasks that an item needs."""
        for shared in [s for s in place.pending if s in item.needs]:
            name, target = place.pending.pop(shared)
            waited = cst.Await(cst.Name(name))
            if target is None or not (shared.writes & item.reads or shared in item.parts):
                place.statements.append(_line(cst.Expr(waited)))
            else:
                place.statements.append(_line(cst.Assign([cst.AssignTarget(target)], waited)))

    # -- statements ----------------------------------------------------------------------------------------------------

    def _statement(self, item: Item, place: _Place) -> None:
        node = item.statement
        assert node is not None
        if node in self.partials:
            comments = comments_in(node)
            if comments:
                place.statements.append(only_lines(comments))
        elif item in self.returns:
            place.statements.append(_line(cst.Return(self._expression(self.returns[item], place))))
        elif item.each is not None and self.awaits:
            self._loop(item, item.each, place)
        elif not item.has_calls and not item.parts and not self._is_changed(node) and item.each is None:
            place.statements.append(node)
        else:
            live = self.live | self._read_by_others([item])
            if isinstance(node, (cst.For, cst.While)):
                live |= self.graph.read_in([node])
            saved, self.live = self.live, live
            built = self._rebuilt(node, place)
            self.live = saved
            if item.each is not None and item.each.start is not None:
                place.statements.append(item.each.start)
            place.statements.append(self._without_target(item, built))

    def _without_target(self, item: Item, statement: cst.BaseStatement) -> cst.BaseStatement:
        """``a = t()`` as ``t()`` where only order statements read the name."""
        if item.unit is not None and self._target(item) is None and isinstance(statement, cst.SimpleStatementLine):
            small = statement.body[0]
            if isinstance(small, (cst.Assign, cst.AnnAssign)) and small.value is not None:
                return statement.with_changes(body=[cst.Expr(small.value)])
        return statement

    def _is_changed(self, node: cst.CSTNode) -> bool:
        """Whether a statement without calls of tasks changes: it writes a report, or reads a name that has another one now."""
        return any(part in self.graph.renamed or (self.awaits and self.units.reports(part)) for part in walk(node))

    def _rebuilt(self, node: cst.CSTNode, place: _Place):  # type: ignore[no-untyped-def]
        """A statement (or part of one) with its calls awaited."""
        if isinstance(node, cst.BaseExpression):
            return self._expression(node, place)
        if isinstance(node, cst.BaseSuite):
            return self._suite(node, self.live, place)
        if isinstance(node, cst.FunctionDef):
            return self._nested(node)
        if isinstance(node, cst.ClassDef):
            return node
        changes: dict[str, object] = {}
        for name in fields_of(type(node)):
            value = getattr(node, name)
            if isinstance(value, cst.CSTNode):
                built = self._rebuilt(value, place)
                if built is not value:
                    changes[name] = built
            elif isinstance(value, (list, tuple)) and value and isinstance(value[0], cst.CSTNode):
                items = [self._rebuilt(part, place) for part in value]
                if any(new is not old for new, old in zip(items, value, strict=True)):
                    changes[name] = items
        return node.with_changes(**changes) if changes else node

    def _nested(self, node: cst.FunctionDef) -> cst.FunctionDef:
        key = f"{self.view.facts.module}.{self.view.function_key(node)}"
        if self.awaits and key in self.units.asynchronous:
            return coroutine_function(self.view, node, self.units, False)
        return node

    # -- expressions -----------------------------------------------------------------------------------------------------

    def _expression(self, node: cst.BaseExpression, place: _Place) -> cst.BaseExpression:
        """The expression with its calls awaited where they stand."""
        if node in self.named:
            return cst.Name(self.named[node])
        if node in self.graph.renamed:
            return cst.Name(self.graph.renamed[node])
        if not self.awaits:
            return node
        if self.units.is_unit(node):
            if isinstance(node, _COMPREHENSIONS):
                return self._comprehension(node, place)
            mapped = self._read_map(node)
            if mapped is not None and not mapped.is_plain:
                return self._async_for(mapped, place)
            return self._awaited(node, self._awaitable(node, place))
        if self.units.reports(node):
            assert isinstance(node, cst.Call)
            call = self._with_parts(node, place)
            return self._awaited(node, call.with_changes(func=cst.Attribute(call.func, cst.Name("aio"))))
        if isinstance(node, cst.GeneratorExp) and self.units.holds_units(node):
            # An `await` in it would make it an asynchronous generator.
            return cst.ListComp(self._expression(node.elt, place), self._rebuilt(node.for_in, place))
        return self._with_parts(node, place)  # type: ignore[no-any-return]

    def _with_parts(self, node, place: _Place):  # type: ignore[no-untyped-def]
        changes: dict[str, object] = {}
        for name in fields_of(type(node)):
            value = getattr(node, name)
            if isinstance(value, cst.CSTNode):
                built = self._rebuilt(value, place)
                if built is not value:
                    changes[name] = built
            elif isinstance(value, (list, tuple)) and value and isinstance(value[0], cst.CSTNode):
                items = [self._rebuilt(part, place) for part in value]
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

    def _is_direct(self, node: cst.BaseExpression) -> bool:
        """Whether a unit is one awaitable expression."""
        if isinstance(node, (cst.SetComp, cst.DictComp)):
            return False
        mapped = self._read_map(node)
        return mapped is None or mapped.is_plain

    def _awaitable(self, node: cst.BaseExpression, place: _Place) -> cst.BaseExpression:
        """The expression to await for a unit."""
        if isinstance(node, _COMPREHENSIONS):
            return self._gathered(node, place)
        mapped = self._read_map(node)
        if mapped is not None:
            return self._map(mapped, place)
        assert isinstance(node, cst.Call)
        kind = self.units.kind(node)
        call = self._with_parts(node, place).with_changes(lpar=(), rpar=())
        callee = self.units.callee(node.func)
        if kind in ("sdk", "method") or (callee is not None and callee.task is not None and not self.units.is_async(callee)):
            call = call.with_changes(func=cst.Attribute(call.func, cst.Name("aio")))
        assert isinstance(call, cst.Call)
        return call

    # -- comprehensions and maps -------------------------------------------------------------------------------------------

    def _comprehension(self, node: cst.BaseExpression, place: _Place) -> cst.BaseExpression:
        if not self.graph.reorders:
            if isinstance(node, cst.GeneratorExp):
                return cst.ListComp(self._expression(node.elt, place), self._rebuilt(node.for_in, place))
            return self._with_parts(node, place)  # type: ignore[no-any-return]
        waited = cst.Await(self._gathered(node, place))
        if isinstance(node, (cst.SetComp, cst.DictComp)):
            return cst.Call(cst.Name("set" if isinstance(node, cst.SetComp) else "dict"), [cst.Arg(waited)])
        return self._awaited(node.with_changes(lpar=(), rpar=()) if isinstance(node, cst.GeneratorExp) else node, waited.expression) if not self._is_read(node) else waited.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])

    def _is_read(self, node: cst.BaseExpression) -> bool:
        parent = self.view.parent(node)
        return isinstance(parent, (cst.Attribute, cst.Subscript)) and parent.value is node

    def _gathered(self, node: cst.BaseExpression, place: _Place) -> cst.BaseExpression:
        """``asyncio.gather(*(t.aio(x=x) for x in xs))`` for a comprehension."""
        assert isinstance(node, _COMPREHENSIONS)
        element = node.value if isinstance(node, cst.DictComp) else node.elt
        loop = self._rebuilt(node.for_in, place)
        single = not isinstance(node, cst.DictComp) and self._single(element)
        inner = _Place(bound=set(place.bound))
        if single:
            value = self._awaitable(element, inner)
        if not single or inner.statements:
            inner = _Place(bound=set(place.bound))
            result = self._expression(element, inner)
            if isinstance(node, cst.DictComp):
                result = cst.Tuple([cst.Element(self._expression(node.key, inner)), cst.Element(result)], lpar=(), rpar=())
            inner.statements.append(_line(cst.Return(result)))
            targets = self._comprehension_targets(node)
            value = self._step(place, inner, targets, [n for n in targets if _reads(node, n)])
        return layout.gather_each(self.asyncio, value, loop)

    def _comprehension_targets(self, node: cst.BaseExpression) -> list[str]:
        assert isinstance(node, _COMPREHENSIONS)
        scope = self.view.scope_of[node]
        return list(scope.bindings)

    def _single(self, element: cst.BaseExpression) -> bool:
        """Whether an element is one unit that waits for nothing of its own."""
        if not self.units.is_unit(element) or not self._is_direct(element):
            return False
        return not any(self.units.holds_units(part) for part in self.units.inputs(element))

    def _step(self, place: _Place, inner: _Place, targets: Sequence[str], used: Sequence[str]) -> cst.BaseExpression:
        """Write a local function for what happens to one element, and give the call of it."""
        name = self._fresh(f"process_{targets[0]}" if len(targets) == 1 and len(targets[0]) > 1 else "process")
        self._define(place, name, list(used), inner)
        return cst.Call(cst.Name(name), layout.separated([cst.Arg(cst.Name(n)) for n in used]))

    def _define(self, place: _Place, name: str, parameters: Sequence[str | tuple[str, str]], inner: _Place, returns: str = "") -> None:
        """Write a local coroutine function."""
        body = layout.spaced(inner.statements, self.made)
        self.made.add(name)
        place.statements.append(layout.local_function(name, parameters, body, returns))

    def _read_map(self, node: cst.BaseExpression) -> Map | None:
        call = self.units.map_call(node)
        return read_map(self.view, self.units, call) if call is not None else None

    def _async_for(self, mapped: Map, place: _Place) -> cst.BaseExpression:
        """``[value async for value in flyte.map.aio(...)]`` for a map whose calls can't be told."""
        name = self._fresh("value")
        call = self._with_parts(mapped.node, place)
        source = call.with_changes(func=cst.Attribute(call.func, cst.Name("aio")))
        loop = cst.CompFor(cst.Name(name), source, asynchronous=cst.Asynchronous())
        return cst.ListComp(cst.Name(name), loop)

    def _map(self, mapped: Map, place: _Place) -> cst.BaseExpression:
        """``asyncio.gather(*(t.aio(x=x) for x in xs))`` for a map, with a semaphore for its concurrency."""
        function = self._expression(mapped.function, place)
        if not mapped.is_async:
            function = cst.Attribute(function, cst.Name("aio"))
        values: dict[str, cst.BaseExpression] = {}
        for name, value in mapped.constants.items():
            built = self._expression(value, place)
            if not mapped.is_stable(value):
                variable = self._fresh(name)
                place.statements.append(_line(cst.Assign([cst.AssignTarget(cst.Name(variable))], built)))
                built = cst.Name(variable)
            values[name] = built
        sources = {name: self._expression(value, place) for name, value in mapped.lists.items()}
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
            source = cst.Call(cst.Name("zip"), layout.separated([*map(cst.Arg, sources.values()), layout.argument(cst.Name("True"), "strict")]))
            target = layout.names_tuple(list(elements.values()))
        options = [] if mapped.errors is None else [layout.argument(mapped.errors, "return_exceptions")]
        return layout.gather_each(self.asyncio, call, cst.CompFor(target, source), options)

    def _element(self, name: str, read: Collection[str], source: cst.BaseExpression, count: int) -> str:
        """A loop variable for the elements of a list: the parameter's name unless that means something else there."""
        if name not in read and name != code(source) and name not in self.named.values():
            return name
        return self._fresh("item" if count == 1 else f"{name}_item")

    def _limited(
        self, mapped: Map, call: cst.BaseExpression, elements: dict[str, str], sources: dict[str, cst.BaseExpression], place: _Place
    ) -> cst.BaseExpression:
        """The call through a local function that holds a semaphore while it runs."""
        limit = mapped.concurrency
        assert limit is not None
        limit = self._expression(limit, place)
        if not isinstance(limit, cst.Integer):
            # 0 and None mean no limit.
            name, source = next(iter(sources.items()))
            if not isinstance(source, cst.Name):
                variable = self._fresh(f"{name}_values")
                place.statements.append(_line(cst.Assign([cst.AssignTarget(cst.Name(variable))], source)))
                source = sources[name] = cst.Name(variable)
            count = cst.Call(cst.Name("len"), [cst.Arg(source)])
            limit = cst.BooleanOperation(limit, cst.Or(), count)
        semaphore = self._fresh("semaphore")
        made = cst.Call(cst.parse_expression(f"{self.asyncio}.Semaphore"), [cst.Arg(limit)])
        place.statements.append(_line(cst.Assign([cst.AssignTarget(cst.Name(semaphore))], made)))
        body = cst.With(
            [cst.WithItem(cst.Name(semaphore))],
            cst.IndentedBlock([_line(cst.Return(cst.Await(call)))]),
            asynchronous=cst.Asynchronous(),
        )
        name = self._fresh(f"limited_{mapped.name}")
        types = mapped.annotations
        self._define(place, name, [(n, types.get(p, "")) for p, n in elements.items()], _Place([body]), mapped.returns)
        return cst.Call(cst.Name(name), layout.separated([cst.Arg(cst.Name(n)) for n in elements.values()]))

    # -- loops -------------------------------------------------------------------------------------------------------------

    def _loop(self, item: Item, each: Each, place: _Place) -> None:
        """A loop whose iterations run side by side; what puts the results together stays a loop, or becomes the list itself."""
        gathered, is_list = self._iterations(each, place)
        waited = cst.Await(gathered)
        statement: cst.BaseStatement
        if is_list:
            name = each.appends[0]  # type: ignore[index]
            if each.start is not None:
                statement = _line(self._rebind(each.start, waited))
            else:
                extend = cst.Call(cst.Attribute(cst.Name(name), cst.Name("extend")), [cst.Arg(waited)])
                statement = _line(cst.Expr(extend))
        elif not each.after:
            statement = _line(cst.Expr(waited))
        else:
            results = [*each.names, *(self.named[p.lifted] for p in each.parts if p.lifted is not None)]
            body = _Place(bound=set(place.bound))
            self._sequence([i for i in each.after], body)
            if results:
                statement = cst.For(layout.names_tuple(results), waited, cst.IndentedBlock(body.statements))
            else:
                place.statements.append(_line(cst.Expr(waited)))
                statement = each.loop.with_changes(body=cst.IndentedBlock(body.statements), leading_lines=())
        new: list[cst.BaseStatement] = [statement]
        layout.keep_comments(new, [s for s in (each.start, each.loop) if s is not None], place.statements)
        place.statements += new

    def _rebind(self, start: Statement, value: cst.BaseExpression) -> cst.BaseSmallStatement:
        """``name = []`` with another value, its annotation kept."""
        assert isinstance(start, cst.SimpleStatementLine)
        small = start.body[0]
        if isinstance(small, cst.AnnAssign):
            return small.with_changes(value=value)
        assert isinstance(small, cst.Assign)
        target = small.targets[0]
        return small.with_changes(targets=[target.with_changes(target=self._renamed(target.target))], value=value)

    def _iterations(self, each: Each, place: _Place) -> tuple[cst.BaseExpression, bool]:
        """The gathered iterations of a loop, and whether their results are what the loop appends to its list."""
        loops = [each.loop, *each.inner]
        targets = [n.value for loop in loops for n in walk(loop.target) if isinstance(n, cst.Name)]
        work = [i for i in each.work]
        generator = cst.CompFor(loops[-1].target, self._expression(loops[-1].iter, place))
        for loop in reversed(loops[:-1]):
            generator = cst.CompFor(loop.target, self._expression(loop.iter, place), inner_for_in=generator)
        first = work[0] if len(work) == 1 else None
        if first is not None and first.unit is not None and self._single(first.unit):
            result = self._result(first)
            wanted: list[object] = [*each.names, *each.parts]
            if each.appends is not None:
                value = each.appends[1]
                wanted = [first if value is first.lifted else value.value if isinstance(value, cst.Name) else None]
            if not wanted or wanted == result:
                inner = _Place()
                call = self._awaitable(first.unit, inner)
                if not inner.statements:
                    for part in each.parts:
                        if part.lifted is not None and each.appends is None:
                            self.named[part.lifted] = self._fresh(self._preferred(part))
                    return layout.gather_each(self.asyncio, call, generator), each.appends is not None
        inner = _Place(bound=place.bound | set(targets), pending=dict(place.pending))
        steps: list[Step] = schedule(work)
        saved = self.live, self.block
        self.live, self.block = frozenset(each.names), [*work, *each.after]
        if each.appends is not None and each.appends[1] is None:
            self._sequence(steps, inner)
            inner.statements[-1] = layout.returning_appended(inner.statements[-1])
        elif each.appends is not None and each.appends[1] is not None:
            final = each.after[0]
            self.returns[final] = each.appends[1]
            self._sequence([*steps, final], inner)
            layout.returned(inner.statements)
        else:
            self._sequence(steps, inner)
            results = [*each.names, *(self.named[p.lifted] for p in each.parts if p.lifted is not None)]
            if results:
                inner.statements.append(_line(cst.Return(layout.names_tuple(results))))
                layout.returned(inner.statements)
        self.live, self.block = saved
        read = set().union(*(i.reads for i in (*each.work, *each.after))) | set(each.names)
        used = [n for n in targets if n in read]
        return layout.gather_each(self.asyncio, self._step(place, inner, targets, used), generator), each.appends is not None

    def _result(self, item: Item) -> list[object]:
        """What the value of a call is known by: the names it is bound to, or the call itself."""
        if item.lifted is not None:
            return [item]
        target = self._target(item)
        if isinstance(target, (cst.Tuple, cst.List)):
            return [e.value.value for e in target.elements if isinstance(e.value, cst.Name)]
        return [target.value] if isinstance(target, cst.Name) else []

    # -- groups ------------------------------------------------------------------------------------------------------------

    def _group(self, group: Group, place: _Place) -> None:
        saved = len(place.statements), dict(place.pending), dict(self.named), set(self.taken)
        try:
            self._gather(group, place)
        except _NotAlone:
            del place.statements[saved[0] :]
            place.pending, self.named, self.taken = saved[1], saved[2], saved[3]
            self._sequence(_sequential([group]), place)

    def _gather(self, group: Group, place: _Place) -> None:
        args: list[layout.Awaitable] = []
        pending = dict(place.pending)
        for shared in group.shared:
            call, target = self._branch([shared], place, pending)
            name = self._fresh(f"{self._label(shared)}_task")
            started = call
            if not layout.is_gathered(call):
                started = cst.Call(cst.parse_expression(f"{self.asyncio}.create_task"), [cst.Arg(call)])
            place.statements.append(_line(cst.Assign([cst.AssignTarget(cst.Name(name))], started)))
            pending[shared] = name, target
            is_read = shared.lifted is not None or shared.writes & (self.live | self._read_by_others(list(_flat([group]))))
            args.append(layout.Awaitable(cst.Name(name), target if is_read else None, shared.statement))
        for branch in group.branches:
            call, target = self._branch(branch, place, pending)
            direct = branch[0].statement if len(branch) == 1 and isinstance(branch[0], Item) and self._is_alone(branch[0]) else None
            args.append(layout.Awaitable(call, target, direct))
        place.statements.append(layout.gather(self.asyncio, args, self._unused(args), self.indent))
        for item in _flat([group]):
            place.bound |= item.writes - item.reads

    def _unused(self, args: Sequence[layout.Awaitable]) -> str:
        if all(a.target is None for a in args) or all(a.target is not None for a in args):
            return "_"
        return "_" if "_" not in self.taken else self._fresh("unused")

    def _branch(self, steps: list[Step], place: _Place, pending: dict[Item, _Started]) -> tuple[cst.BaseExpression, cst.BaseAssignTargetExpression | None]:
        """The awaitable for a branch, and what its result is bound to."""
        first = steps[0] if len(steps) == 1 else None
        if isinstance(first, Item) and self._is_alone(first) and not any(s in first.needs for s in pending):
            if first.each is not None:
                gathered, is_list = self._iterations(first.each, place)
                if is_list:
                    return gathered, cst.Name(first.each.appends[0])  # type: ignore[index]
                return gathered, None
            assert first.unit is not None
            call = self._awaitable(first.unit, place)
            return call, self._target(first)
        return self._chain(steps, place, pending)

    def _is_alone(self, item: Item) -> bool:
        """Whether an item is one awaitable and nothing else."""
        if item.each is not None:
            each = item.each
            return not each.after or (each.appends is not None and each.start is not None)
        if item.unit is None or item.embedded or not self._is_direct(item.unit):
            return False
        if any(p.unit is not None and p.lifted is not None and p.lifted not in self.named for p in _parts(item)):
            return False
        return True

    def _target(self, item: Item) -> cst.BaseAssignTargetExpression | None:
        """What the value of an item's call is bound to; the variable of a nested call is made up now."""
        if item.lifted is not None:
            if item.lifted not in self.named:
                self.named[item.lifted] = self._fresh(self._preferred(item))
            return cst.Name(self.named[item.lifted])
        if isinstance(item.statement, cst.SimpleStatementLine):
            small = item.statement.body[0]
            target = small.targets[0].target if isinstance(small, cst.Assign) else None
            if isinstance(small, cst.AnnAssign):
                target = small.target
            if isinstance(target, cst.Name) and target.value in self.unread:
                return None
            return self._renamed(target) if target is not None else None
        return None

    def _renamed(self, target: cst.BaseAssignTargetExpression) -> cst.BaseAssignTargetExpression:
        """The target of an assignment with the names it has now."""
        if target in self.graph.renamed:
            return cst.Name(self.graph.renamed[target])
        if isinstance(target, (cst.Tuple, cst.List)):
            elements = [e.with_changes(value=self._renamed(e.value)) for e in target.elements]  # type: ignore[arg-type]
            return target.with_changes(elements=elements)
        return target

    def _chain(self, steps: list[Step], place: _Place, pending: dict[Item, _Started]) -> tuple[cst.BaseExpression, cst.BaseAssignTargetExpression | None]:
        """Write a local function for a branch of several steps; its call, and the names of its results."""
        items = _sequential(steps)
        written = set().union(*(i.writes for i in items))
        outside = self.live | self._read_by_others(items)
        results = [n for i in items for n in self.graph.written_in_order(i) if n in outside and n not in self.partials.values()]
        known: set[str] = set()
        handed: list[str] = []
        for item in items:
            handed += [n for n in sorted((self.graph.exposed(item) & written) - known) if n not in handed]
            known |= item.writes
        certain = set().union(*(self.graph.certain(i) for i in items))
        handed += [n for n in dict.fromkeys(results) if n not in certain and n not in handed]
        if any(n not in place.bound for n in handed) or any(self._leaves(i) for i in items):
            raise _NotAlone
        loose = [i for i in items if i.lifted is not None and not any(i in other.parts for other in items)]
        inner = _Place(pending=dict(pending), bound=set(place.bound) | set(handed))
        self._sequence(steps, inner)
        results = list(dict.fromkeys([*results, *(self.named[i.lifted] for i in loose if i.lifted is not None)]))
        if results:
            inner.statements.append(_line(cst.Return(layout.names_tuple(results))))
            layout.returned(inner.statements)
        name = self._fresh(self._chain_name(items, results))
        self._define(place, name, list(handed), inner)
        call = cst.Call(cst.Name(name), layout.separated([cst.Arg(cst.Name(n)) for n in handed]))
        return call, layout.names_tuple(results) if results else None

    def _read_by_others(self, items: Sequence[Item]) -> frozenset[str]:
        """Names that the other items of the block read."""
        inside = set(items)
        return frozenset().union(*(other.reads for other in self.block if other not in inside))

    def _leaves(self, item: Item) -> bool:
        return item.statement is not None and any(isinstance(n, (cst.Return, cst.Break, cst.Continue)) for n in walk(item.statement)) and item.each is None

    def _chain_name(self, items: Sequence[Item], results: Sequence[str]) -> str:
        if 0 < len(results) < 3:
            return f"compute_{'_and_'.join(results)}"
        labels = [self._label(i) for i in items if i.has_calls]
        return f"{labels[0]}_then_{labels[-1]}" if len(labels) > 1 else f"run_{labels[0]}"

    # -- names -------------------------------------------------------------------------------------------------------------

    def _label(self, item: Item) -> str:
        """A word for an item: the name its value is bound to, or the task it calls."""
        target = self._target(item) if item.lifted is None else None
        if isinstance(target, cst.Name):
            return target.value
        return self._function_name(item.unit) if item.unit is not None else "branch"

    def _function_name(self, node: cst.BaseExpression) -> str:
        call = self.units.map_call(node)
        func = call.args[0].value if call is not None else node.func if isinstance(node, cst.Call) else None
        while isinstance(func, (cst.Call, cst.Attribute)):
            if isinstance(func, cst.Attribute) and func.attr.value not in ("override", "wait"):
                return func.attr.value
            func = func.func if isinstance(func, cst.Call) else func.value
        return func.value if isinstance(func, cst.Name) else "values"

    def _preferred(self, item: Item) -> str:
        """A name for the value of a nested call: the parameter or key it goes to, else one made from the task's name."""
        node = item.lifted
        assert node is not None
        parent = self.view.parent(node)
        name = ""
        if isinstance(parent, cst.Arg) and parent.keyword is not None:
            name = parent.keyword.value
        elif isinstance(parent, cst.DictElement) and parent.value is node:
            name = string_value(parent.key) or ""
        if name.isidentifier() and not keyword.iskeyword(name) and name not in self.taken and not hasattr(builtins, name):
            return name
        if self.units.kind(node) in ("map", "each"):
            mapped = self._read_map(node)
            return "outcomes" if mapped is not None and mapped.errors is not None else "results"
        return f"{self._function_name(node)}_result"

    def _fresh(self, preferred: str) -> str:
        name, number = preferred, 1
        while name in self.taken or keyword.iskeyword(name) or hasattr(builtins, name):
            number += 1
            name = f"{preferred}_{number}"
        self.taken.add(name)
        return name


def _line(small: cst.BaseSmallStatement) -> cst.SimpleStatementLine:
    return cst.SimpleStatementLine([small])


def _parts(item: Item) -> Iterator[Item]:
    """The items nested in an item, at any depth."""
    for part in item.parts:
        yield part
        yield from _parts(part)


def _flat(steps: Sequence[Step]) -> Iterator[Item]:
    for step in steps:
        if isinstance(step, Group):
            yield from step.shared
            for branch in step.branches:
                yield from _flat(branch)
        else:
            yield step


def _sequential(steps: Sequence[Step]) -> list[Item]:
    """The items of steps, as they could run one after another."""
    return sorted(set(_flat(steps)), key=lambda item: item.position)


def _reads(node: cst.CSTNode, name: str) -> bool:
    assert isinstance(node, _COMPREHENSIONS)
    parts = [node.key, node.value] if isinstance(node, cst.DictComp) else [node.elt]
    return any(isinstance(n, cst.Name) and n.value == name for part in parts for n in walk(part))


def _enclosing_names(view: FileView, node: cst.FunctionDef) -> set[str]:
    """Names of the functions around a nested one: they may be read in it."""
    found: set[str] = set()
    scope: Scope | None = view.scope_of[node].parent
    while scope is not None and scope.parent is not None:
        found |= set(scope.bindings)
        scope = scope.parent
    return found | {n for n in children_names(node)}


def children_names(node: cst.FunctionDef) -> Iterator[str]:
    """Parameter names of a function."""
    for part in children(node.params):
        if isinstance(part, cst.Param):
            yield part.name.value
