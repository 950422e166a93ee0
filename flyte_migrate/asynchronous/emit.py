"""A former workflow as a coroutine function that runs side by side what Flyte 1 ran side by side.

``await asyncio.gather(left.aio(x=x), right.aio(x=x))`` where calls wait for nothing but earlier values; a small local
function for a branch of several steps; ``await t.aio(...)`` everywhere else (DESIGN 3.7, MAP-24, TRAP-17).

Official: https://www.union.ai/docs/v2/flyte/api-reference/migration/parallelism-and-async/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from flyte_migrate.asynchronous import layout
from flyte_migrate.asynchronous.expressions import Expressions, Place, Started
from flyte_migrate.asynchronous.items import Collected, Each, Item, OrderError, Site
from flyte_migrate.asynchronous.loops import carried_loop
from flyte_migrate.asynchronous.maps import partial_holder, read_map
from flyte_migrate.asynchronous.schedule import Group, Step, schedule
from flyte_migrate.asynchronous.units import Units
from flyte_migrate.rewrite.comments import comments_in
from flyte_migrate.rewrite.template import WIDTH, code
from flyte_migrate.rewrite.view import FileView, Statement
from flyte_migrate.rewrite.walk import walk


@dataclass(frozen=True)
class Coroutine:
    """A function as ``async def``. It ``loses_parallelism`` where a loop makes calls one after the other."""

    function: cst.FunctionDef
    loses_parallelism: bool


def coroutine_function(view: FileView, node: cst.FunctionDef, units: Units, reorders: bool) -> Coroutine:
    """The function as ``async def``. With ``reorders`` independent calls run side by side, else only in their order.

    Order statements that go in a circle stay in the text, which is then the order.
    """
    try:
        emitter = _Emitter(view, node, units, reorders)
        return Coroutine(emitter.function(), emitter.loses_parallelism)
    except OrderError:
        return Coroutine(_Emitter(view, node, units, False, follows_orders=False).function(), False)


def ordered_function(view: FileView, node: cst.FunctionDef, units: Units) -> cst.FunctionDef:
    """The function, still sync, with its order statements (``a >> b``) replaced by the order of its calls."""
    try:
        return _Emitter(view, node, units, True, awaits=False).function()
    except OrderError:
        return node


class _AloneError(Exception):
    """A branch that can't be moved into a function of its own."""


class _Emitter(Expressions):
    def __init__(
        self,
        view: FileView,
        node: cst.FunctionDef,
        units: Units,
        reorders: bool,
        awaits: bool = True,
        follows_orders: bool = True,
    ) -> None:
        super().__init__(view, node, units, reorders, awaits, follows_orders)
        self.live: frozenset[str] = frozenset()  # names read after the block
        self.block: Sequence[Item] = ()  # the items among which results of a branch are read
        self.returns: dict[Item, cst.BaseExpression] = {}  # items that become the result of a step function
        self.indent = 4 * sum(isinstance(a, cst.IndentedBlock) for a in view.ancestors(node))
        self.loses_parallelism = False
        self.commented: set[Statement] = set()  # partials whose comments are written
        self.partials = dict(self._inlined_partials())

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
            maps = [
                read_map(self.view, self.units, c)
                for c in calls
                if isinstance(c, cst.Call) and self.units.map_call(c) is c
            ]
            if len(maps) == len(uses) and all(m.is_plain and m.node.args[0].value in uses for m in maps):
                yield self.view.statement(node), target.value

    # -- functions and blocks ------------------------------------------------------------------------------------------

    def function(self) -> cst.FunctionDef:
        node = self.node
        names = {p.name.value for p in walk(node.params) if isinstance(p, cst.Param)}
        body = self._suite(node.body, frozenset(), Place(bound=names))
        if not self.awaits:
            return node.with_changes(body=body)
        return node.with_changes(asynchronous=cst.Asynchronous(), body=body)

    def _suite(self, node: cst.BaseSuite, live: frozenset[str], around: Place) -> cst.BaseSuite:
        if isinstance(node, cst.SimpleStatementSuite):
            line = cst.SimpleStatementLine(node.body, trailing_whitespace=node.trailing_whitespace)
            if not self.graph.has_calls(node):
                return node
            place = Place(pending=dict(around.pending), bound=set(around.bound))
            place.statements.append(self.rebuilt(line, place))
            return cst.IndentedBlock(place.statements)
        assert isinstance(node, cst.IndentedBlock)
        self.indent += 4
        statements = self._block(node.body, live, around)
        self.indent -= 4
        return node.with_changes(body=statements)

    def returning(self, value: cst.BaseExpression, place: Place) -> None:
        place.statements += self._block([layout.line(cst.Return(value))], frozenset(), place)

    def _block(
        self, block: Sequence[cst.BaseStatement], live: frozenset[str], around: Place
    ) -> list[cst.BaseStatement]:
        place = Place(pending=dict(around.pending), bound=set(around.bound))
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
            layout.keep_comments(place.statements, [statement], blank_lines=False)
        return layout.spaced(place.statements, self.made) or [cst.SimpleStatementLine([cst.Pass()])]

    def _sequence(self, steps: Sequence[Step] | Sequence[Item], place: Place) -> None:
        for number, step in enumerate(steps):
            if isinstance(step, Group):
                self._group(step, place)
                continue
            self._await_pending(step, steps[number + 1 :], place)
            if step.lifted is None:
                self._statement(step, place)
            elif not self._stays_inside(step, steps[number + 1 :]):
                self._assign(step, place)
            place.bound |= step.writes - step.reads

    def _stays_inside(self, item: Item, following: Sequence[Step]) -> bool:
        """Whether a nested call can be awaited where it stands: nothing comes between it and its statement."""
        if self._is_awaited_twice(item):
            return False
        between: list[Item] = [item]
        for step in following:
            if isinstance(step, Group):
                if item.unit is not None:
                    return False
                owners = {
                    p
                    for branch in step.branches
                    if len(branch) == 1 and isinstance(branch[0], Item)
                    for p in branch[0].parts
                }
                return all(other in owners for other in between)
            if step.lifted is None:
                inner = set(_parts(step))
                if item.unit is not None and any(
                    item in other.parts and self._is_many(other) for other in (*inner, step)
                ):
                    return False
                return all(other in inner for other in between) and step.each is None and self._fits(item, step)
            if step.position < between[-1].position:
                return False
            between.append(step)
        return False

    def _is_awaited_twice(self, item: Item) -> bool:
        """Whether a method of what a call gives is awaited in turn: `(await make()).wait()`."""
        assert item.lifted is not None
        parent = self.view.parent(item.lifted)
        outer = self.view.parent(parent) if isinstance(parent, cst.Attribute) else None
        return item.unit is not None and outer is not None and self.units.kind(outer) == "method"

    def _is_many(self, item: Item) -> bool:
        """Whether an item gathers calls: what they iterate over is a statement of its own."""
        return item.unit is not None and self.units.kind(item.unit) in ("map", "each")

    def _fits(self, item: Item, around: Item) -> bool:
        """Whether gathered calls can be written into the statement that takes them without making it too long."""
        if (
            not self.awaits
            or item.lifted is None
            or self.units.kind(item.lifted) not in ("map", "each")
            or around.statement is None
        ):
            return True
        if isinstance(self.view.parent(item.lifted), (cst.Return, cst.Assign, cst.AnnAssign, cst.Expr)):
            return True
        taken = set(self.names.taken)
        gathered = code(self.expression(item.lifted, Place()))
        self.names.taken = taken
        lines = code(around.statement.with_changes(leading_lines=[])).split("\n")
        grown = len(lines[0]) + len(gathered) - len(code(item.lifted).split("\n")[0])
        return "\n" not in gathered and self.indent + grown + len("await .aio") <= WIDTH

    def _assign(self, item: Item, place: Place) -> None:
        node = item.lifted
        assert node is not None
        value = self.expression(node, place)
        name = self.names.given[node] = self.names.fresh(self.names.preferred(item))
        place.statements.append(layout.line(cst.Assign([cst.AssignTarget(cst.Name(name))], value)))

    def _await_pending(self, item: Item, following: Sequence[Step], place: Place) -> None:
        """Get the results of started tasks that an item needs; they are bound if it or a later one reads them."""
        readers = [item, *_flat(following)]
        for started in dict.fromkeys(started for one, started in place.pending.items() if one in item.needs):
            place.pending = {one: other for one, other in place.pending.items() if other is not started}
            waited = cst.Await(cst.Name(started.name))
            is_read = any(i.writes & other.reads or i in other.parts for i in started.items for other in readers)
            if started.target is not None and is_read:
                place.statements.append(layout.line(cst.Assign([cst.AssignTarget(started.target)], waited)))
            else:
                place.statements.append(layout.line(cst.Expr(waited)))

    # -- statements ----------------------------------------------------------------------------------------------------

    def _statement(self, item: Item, place: Place) -> None:
        node = item.statement
        assert node is not None
        if node in self.partials:
            return  # its comments are with the map
        if item in self.returns:
            result = cst.Return(self.expression(self.returns[item], place))
            place.statements.append(
                node.with_changes(body=[result]) if isinstance(node, cst.SimpleStatementLine) else layout.line(result)
            )
        elif item.each is not None and self.awaits:
            self._loop(item, item.each, place)
        elif item.collected is not None and self.awaits:
            self._collect(item.collected, place)
        elif not item.has_calls and not item.parts and not self._is_changed(node) and item.each is None:
            place.statements.append(node)
        else:
            live = self.live | self._read_by_others([item])
            header: dict[str, object] = {}
            before = len(place.statements)
            if isinstance(node, (cst.For, cst.While)):
                live |= self.graph.read_again(node)
                if item.has_calls and self.awaits and self.graph.reorders:
                    header = self._start_early(node, place)
            saved, self.live = self.live, live
            built = self.rebuilt(node, place).with_changes(**header)
            self.live = saved
            if header:
                new = [*place.statements[before:], built]
                layout.keep_comments(new, [node])
                place.statements[before:], built = new[:-1], new[-1]
            if item.each is not None and item.each.start is not None:
                place.statements.append(item.each.start)
            if item.collected is not None:
                place.statements += item.collected.starts.values()
            place.statements.append(self._with_comments(node, self._without_target(item, built)))

    def _with_comments(self, original: cst.CSTNode, statement: cst.BaseStatement) -> cst.BaseStatement:
        """A statement with the comments of the partials that are written into its calls."""
        names = {n.value for n in walk(original) if isinstance(n, cst.Name)}
        lines = [line for held, name in self.partials.items() if name in names for line in self._taken_comments(held)]
        if not lines:
            return statement
        own = list(getattr(statement, "leading_lines", ()))
        blank = [cst.EmptyLine(indent=False)] if not own or own[0].comment is not None else []
        return statement.with_changes(leading_lines=[*blank, *lines, *own])

    def _taken_comments(self, statement: Statement) -> list[cst.EmptyLine]:
        """The comments of a statement that goes, once."""
        if statement in self.commented:
            return []
        self.commented.add(statement)
        return comments_in(statement)

    def _without_target(self, item: Item, statement: cst.BaseStatement) -> cst.BaseStatement:
        """``a = t()`` as ``t()`` where only order statements read the name."""
        if item.unit is not None and self.names.target(item) is None and isinstance(statement, cst.SimpleStatementLine):
            small = statement.body[0]
            if isinstance(small, (cst.Assign, cst.AnnAssign)) and small.value is not None:
                return statement.with_changes(body=[cst.Expr(small.value)])
        return statement

    def _is_changed(self, node: cst.CSTNode) -> bool:
        """Whether a statement without calls of tasks changes: it writes a report, or a name in it has another one."""
        return any(part in self.graph.renamed or (self.awaits and self.units.reports(part)) for part in walk(node))

    def rebuilt(self, node: cst.CSTNode, place: Place):  # type: ignore[no-untyped-def]
        """A statement (or part of one) with its calls awaited."""
        if isinstance(node, cst.BaseExpression):
            return self.expression(node, place)
        if isinstance(node, cst.BaseSuite):
            return self._suite(node, self.live, place)
        if isinstance(node, cst.FunctionDef):
            return self._nested(node)
        if isinstance(node, cst.ClassDef):
            return node
        return self.with_parts(node, place)

    def _nested(self, node: cst.FunctionDef) -> cst.FunctionDef:
        key = f"{self.view.facts.module}.{self.view.function_key(node)}"
        if self.awaits and key in self.units.asynchronous:
            coroutine = coroutine_function(self.view, node, self.units, self.graph.reorders)
            self.loses_parallelism |= coroutine.loses_parallelism
            return coroutine.function
        return node

    # -- loops ---------------------------------------------------------------------------------------------------------

    def _loop(self, item: Item, each: Each, place: Place) -> None:
        """A loop whose iterations run side by side; what puts the results together stays one, or is the list itself."""
        before = len(place.statements)
        gathered, is_list = self._iterations(each, place)
        waited = cst.Await(gathered)
        statement: cst.BaseStatement
        if is_list:
            name = each.appends[0]  # type: ignore[index]
            if each.start is not None:
                statement = layout.line(self._rebind(each.start, waited))
            else:
                extend = cst.Call(cst.Attribute(cst.Name(name), cst.Name("extend")), [cst.Arg(waited)])
                statement = layout.line(cst.Expr(extend))
        elif not each.after:
            statement = layout.line(cst.Expr(waited))
        else:
            results = self._read_of_work(each)
            body = Place(bound=set(place.bound))
            self._sequence(each.after, body)
            if results:
                statement = cst.For(layout.names_tuple(results), waited, cst.IndentedBlock(body.statements))
            else:
                place.statements.append(layout.line(cst.Expr(waited)))
                statement = each.loop.with_changes(body=cst.IndentedBlock(body.statements), leading_lines=())
        new = [*place.statements[before:], statement]
        layout.keep_comments(new, [s for s in (each.start, each.loop) if s is not None])
        place.statements[before:] = new

    # -- loops that collect calls --------------------------------------------------------------------------------------

    def _collect(self, collected: Collected, place: Place) -> None:
        """A loop that appends calls to lists, which are gathered when it is over."""
        lists = list(dict.fromkeys(site.target for site in collected.sites))
        calls = {n: self.names.fresh("calls" if len(lists) == 1 else f"{n}_calls") for n in lists}
        before = len(place.statements)
        changed: dict[cst.CSTNode, cst.BaseStatement | None] = {}
        for site in collected.sites:
            call = self._started_call(site, place)
            changed |= dict.fromkeys(_statements(site.work))
            append = cst.Call(cst.Attribute(cst.Name(calls[site.target]), cst.Name("append")), [cst.Arg(call)])
            assert isinstance(site.item.statement, cst.SimpleStatementLine)
            written = layout.line(cst.Expr(append))
            if isinstance(call.func, cst.Name) and call.func.value in self.made:
                changed[site.item.statement] = written  # the comments are with the work
            else:
                changed[site.item.statement] = site.item.statement.with_changes(body=written.body)
        starts = [layout.line(cst.Assign([cst.AssignTarget(cst.Name(name))], cst.List([]))) for name in calls.values()]
        loop = self._without(collected.loop, changed, place)
        gathered = [
            cst.Call(cst.parse_expression(f"{self.asyncio}.gather"), [cst.Arg(cst.Name(name), star="*")])
            for name in calls.values()
        ]
        new = [*place.statements[before:], *starts, loop]
        if len(lists) == 1:
            new.append(self._filled(lists[0], collected.starts.get(lists[0]), cst.Await(gathered[0])))
        else:
            results = [n if n in collected.starts else self.names.fresh(f"{n}_results") for n in lists]
            awaitables = [layout.Awaitable(call, cst.Name(name)) for call, name in zip(gathered, results, strict=True)]
            new.append(layout.gather(self.asyncio, awaitables, "_", self.indent))
            new += [self._filled(n, None, cst.Name(r)) for n, r in zip(lists, results, strict=True) if n != r]
        layout.keep_comments(new, [*collected.starts.values(), collected.loop])
        place.statements[before:] = new

    def _started_call(self, site: Site, place: Place) -> cst.Call:
        """The call that stands for a value which is appended."""
        if isinstance(site.value, cst.Call) and self.is_single(site.value) and len(site.work) == 1:
            inner = Place()
            call = self.awaitable(site.value, inner)
            if not inner.statements and isinstance(call, cst.Call):
                return call
        with self.names.local() as kept:
            inner = Place(bound=place.bound | set(site.parameters), pending=dict(place.pending))
            saved = self.live, self.block
            self.live, self.block = frozenset(), [*site.work, site.item]
            self.returns[site.item] = site.value
            self._sequence([*schedule(site.work), site.item], inner)
            layout.returned(inner.statements)
            self.live, self.block = saved
            step = self.step(place, inner, site.parameters, site.parameters)
            kept.add(code(step.func))
        return step

    def _without(
        self, node: cst.BaseStatement, changed: Mapping[cst.CSTNode, cst.BaseStatement | None], place: Place
    ) -> cst.BaseStatement:
        """A statement with others in it replaced, or left out."""
        if isinstance(node, (cst.If, cst.For, cst.While)) and any(n in changed for n in walk(node)):
            if isinstance(node, cst.For):
                node = node.with_changes(iter=self.rebuilt(node.iter, place), body=self._rest(node, changed, place))
            else:
                node = node.with_changes(test=self.rebuilt(node.test, place), body=self._rest(node, changed, place))
            other = node.orelse
            if isinstance(other, cst.Else):
                return node.with_changes(orelse=other.with_changes(body=self._rest(other, changed, place)))
            return node if other is None else node.with_changes(orelse=self._without(other, changed, place))
        return self.rebuilt(node, place) if self._is_changed(node) else node

    def _rest(
        self,
        node: cst.If | cst.For | cst.While | cst.Else,
        changed: Mapping[cst.CSTNode, cst.BaseStatement | None],
        place: Place,
    ) -> cst.BaseSuite:
        """The block of a statement with its statements replaced, or left out."""
        if not isinstance(node.body, cst.IndentedBlock):
            return node.body
        body: list[cst.BaseStatement] = []
        for statement in node.body.body:
            if statement not in changed:
                body.append(self._without(statement, changed, place))
            elif (replacement := changed[statement]) is not None:
                body.append(replacement)
        return node.body.with_changes(body=body)

    def _start_early(self, loop: cst.For | cst.While, place: Place) -> dict[str, object]:
        """Start the calls of a loop that need nothing of earlier iterations; what it iterates over now."""
        carried = carried_loop(self.graph, loop)
        ahead = [unit for unit in carried.ahead if self.is_single(unit)]
        self.loses_parallelism |= carried.others or len(ahead) < len(carried.ahead)
        if not ahead or not isinstance(loop, cst.For):
            return {}
        targets: list[cst.BaseExpression] = []
        sources: list[cst.BaseExpression] = []
        for unit in ahead:
            label = self._label_of(unit)
            call = self.awaitable(unit, place)
            if not layout.is_gathered(call):
                call = cst.Call(cst.parse_expression(f"{self.asyncio}.create_task"), [cst.Arg(call)])
            tasks = cst.Name(self.names.fresh(f"{label}_tasks"))
            started = cst.ListComp(call, cst.CompFor(loop.target, self.expression(loop.iter, place)))
            place.statements.append(layout.line(cst.Assign([cst.AssignTarget(tasks)], started)))
            self.started[unit] = self.names.fresh(f"{label}_task")
            targets.append(cst.Name(self.started[unit]))
            sources.append(tasks)
        variables = {n.value for n in walk(loop.target) if isinstance(n, cst.Name)}
        if variables & self.graph.read_in_rest(loop.body, ahead):
            targets.insert(0, layout.nested(loop.target))
            sources.insert(0, self.expression(loop.iter, place))
        if len(targets) == 1:
            return {"target": targets[0], "iter": sources[0], "leading_lines": ()}
        elements = [cst.Element(t, comma=layout.comma(t is not targets[-1])) for t in targets]
        zipped = cst.Call(cst.Name("zip"), layout.separated([cst.Arg(source) for source in sources]))
        return {"target": cst.Tuple(elements, lpar=(), rpar=()), "iter": zipped, "leading_lines": ()}

    def _label_of(self, unit: cst.BaseExpression) -> str:
        """A word for a call: the name its value is bound to, or the task."""
        parent = self.view.parent(unit)
        target = parent.targets[0].target if isinstance(parent, cst.Assign) else None
        return target.value if isinstance(target, cst.Name) else self.names.function(unit)

    def _filled(self, name: str, start: Statement | None, value: cst.BaseExpression) -> cst.BaseStatement:
        """The statement that puts results into a list: the list itself, or what is added to it."""
        if start is not None:
            return layout.line(self._rebind(start, value))
        extend = cst.Call(cst.Attribute(cst.Name(name), cst.Name("extend")), [cst.Arg(value)])
        return layout.line(cst.Expr(extend))

    def _rebind(self, start: Statement, value: cst.BaseExpression) -> cst.BaseSmallStatement:
        """``name = []`` with another value, its annotation kept."""
        assert isinstance(start, cst.SimpleStatementLine)
        small = start.body[0]
        if isinstance(small, cst.AnnAssign):
            return small.with_changes(value=value)
        assert isinstance(small, cst.Assign)
        target = small.targets[0]
        return small.with_changes(targets=[target.with_changes(target=self.names.renamed(target.target))], value=value)

    def _iterations(self, each: Each, place: Place) -> tuple[cst.BaseExpression, bool]:
        """The gathered iterations of a loop, and whether their results are what the loop appends to its list."""
        loops = [each.loop, *each.inner]
        targets = [n.value for loop in loops for n in walk(loop.target) if isinstance(n, cst.Name)]
        work = each.work
        generator = cst.CompFor(loops[-1].target, self.expression(loops[-1].iter, place))
        for loop in reversed(loops[:-1]):
            generator = cst.CompFor(loop.target, self.expression(loop.iter, place), inner_for_in=generator)
        first = work[0] if len(work) == 1 else None
        if first is not None and first.unit is not None and self.is_single(first.unit):
            result = self._result(first)
            wanted: list[object] = [*each.names, *each.parts]
            if each.appends is not None:
                value = each.appends[1]
                wanted = [first if value is first.lifted else value.value if isinstance(value, cst.Name) else None]
            if not wanted or wanted == result:
                inner = Place()
                call = self.awaitable(first.unit, inner)
                if not inner.statements:
                    for part in each.parts:
                        if part.lifted is not None and each.appends is None:
                            self.names.given[part.lifted] = self.names.fresh(self.names.preferred(part))
                    return layout.gather_each(self.asyncio, call, generator), each.appends is not None
        with self.names.local() as kept:
            step = self._step(each, targets, place)
            kept |= {code(step.func), *self._read_of_work(each)}
        return layout.gather_each(self.asyncio, step, generator), each.appends is not None

    def _step(self, each: Each, targets: Sequence[str], place: Place) -> cst.Call:
        """Write a local function for what one iteration does, and give the call of it."""
        inner = Place(bound=place.bound | set(targets), pending=dict(place.pending))
        steps: list[Step] = schedule(each.work)
        saved = self.live, self.block
        self.live, self.block = frozenset(each.names), [*each.work, *each.after]
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
            results = self._read_of_work(each)
            if results:
                inner.statements.append(layout.line(cst.Return(layout.names_tuple(results))))
                layout.returned(inner.statements)
        self.live, self.block = saved
        read = set().union(*(i.reads for i in (*each.work, *each.after))) | set(each.names)
        return self.step(place, inner, targets, [n for n in targets if n in read])

    def _read_of_work(self, each: Each) -> list[str]:
        """What putting the results of a loop together reads of its work."""
        given = [self.names.given[p.lifted] for p in each.parts if p.lifted in self.names.given]
        return [*each.names, *given]

    def _result(self, item: Item) -> list[object]:
        """What the value of a call is known by: the names it is bound to, or the call itself."""
        if item.lifted is not None:
            return [item]
        target = self.names.target(item)
        if isinstance(target, (cst.Tuple, cst.List)):
            return [e.value.value for e in target.elements if isinstance(e.value, cst.Name)]
        return [target.value] if isinstance(target, cst.Name) else []

    # -- groups --------------------------------------------------------------------------------------------------------

    def _group(self, group: Group, place: Place) -> None:
        saved = len(place.statements), dict(place.pending), dict(self.names.given), set(self.names.taken)
        try:
            self._gather(group, place)
        except _AloneError:
            del place.statements[saved[0] :]
            place.pending, self.names.given, self.names.taken = saved[1], saved[2], saved[3]
            self._sequence(_sequential([group]), place)

    def _gather(self, group: Group, place: Place) -> None:
        args: list[layout.Awaitable] = []
        pending = dict(place.pending)
        read_after = self.live | self._read_by_others(list(_flat([group])))
        for steps in group.shared:
            branch = self._branch(steps, place, pending)
            name = self.names.fresh(f"{self._label(branch, steps)}_task")
            started = branch.call
            if not layout.is_gathered(started):
                started = cst.Call(cst.parse_expression(f"{self.asyncio}.create_task"), [cst.Arg(started)])
            line: list[cst.BaseStatement] = [layout.line(cst.Assign([cst.AssignTarget(cst.Name(name))], started))]
            if branch.statement is not None:
                layout.keep_comments(line, [branch.statement])
            place.statements += line
            items = _sequential(steps)
            pending |= dict.fromkeys(items, Started(name, branch.target, items))
            if any((i.lifted is not None and not _is_part(i, group)) or i.writes & read_after for i in items):
                args.append(layout.Awaitable(cst.Name(name), branch.target))
        if not args and len(group.branches) == 1:
            place.pending = pending
            self._sequence(group.branches[0], place)
            return
        args += [self._branch(steps, place, pending) for steps in group.branches]
        place.statements.append(layout.gather(self.asyncio, args, self._unused(args), self.indent))
        for item in _flat([group]):
            place.bound |= item.writes - item.reads

    def _label(self, branch: layout.Awaitable, steps: Sequence[Step]) -> str:
        """A word for a started branch: the names of its results, or its last call."""
        if isinstance(branch.target, cst.Tuple) and len(branch.target.elements) == 2:
            return "_and_".join(code(e.value) for e in branch.target.elements)
        if isinstance(branch.target, cst.Name):
            return branch.target.value
        return self.names.label([i for i in _sequential(steps) if i.has_calls][-1])

    def _unused(self, args: Sequence[layout.Awaitable]) -> str:
        if all(a.target is None for a in args) or all(a.target is not None for a in args):
            return "_"
        is_read = any(
            isinstance(n, cst.Name) and n.value == "_" and n in self.view.scope_at and not self.graph.is_target(n)
            for n in walk(self.node.body)
        )
        return self.names.fresh("unused") if is_read else "_"

    def _branch(self, steps: list[Step], place: Place, pending: dict[Item, Started]) -> layout.Awaitable:
        """The awaitable for a branch, what its result is bound to, and the statement whose comments it takes."""
        first = steps[0] if len(steps) == 1 else None
        if isinstance(first, Item) and self._is_alone(first) and not any(s in first.needs for s in pending):
            if first.each is not None:
                gathered, is_list = self._iterations(first.each, place)
                target = cst.Name(first.each.appends[0]) if is_list else None  # type: ignore[index]
                return layout.Awaitable(gathered, target, first.statement)
            assert first.unit is not None
            call = self.awaitable(first.unit, place)
            statement = self._with_comments(first.statement, first.statement) if first.statement is not None else None
            return layout.Awaitable(call, self.names.target(first), statement)
        return self._chain(steps, place, pending)

    def _is_alone(self, item: Item) -> bool:
        """Whether an item is one awaitable and nothing else."""
        if item.each is not None:
            each = item.each
            return not each.after or (each.appends is not None and each.start is not None)
        if item.unit is None or item.embedded or not self.is_direct(item.unit):
            return False
        return all(p.unit is None or p.lifted in self.names.given for p in _parts(item))

    def _chain(self, steps: list[Step], place: Place, pending: dict[Item, Started]) -> layout.Awaitable:
        """Write a local function for a branch of several steps; its call, and the names of its results."""
        items = _sequential(steps)
        written = set().union(*(i.writes for i in items))
        outside = self.live | self._read_by_others(items)
        results = [
            n for i in items for n in self.graph.written_in_order(i) if n in outside and n not in self.partials.values()
        ]
        known: set[str] = set()
        handed: list[str] = []
        for item in items:
            handed += [n for n in sorted((self.graph.exposed(item) & written) - known) if n not in handed]
            known |= self.graph.certain(item)
        certain = set().union(*(self.graph.certain(i) for i in items))
        handed += [n for n in dict.fromkeys(results) if n not in certain and n not in handed]
        if any(n not in place.bound for n in handed) or any(self._leaves(i) for i in items):
            raise _AloneError
        loose = [i for i in items if i.lifted is not None and not any(i in other.parts for other in items)]
        inner = Place(pending=dict(pending), bound=set(place.bound) | set(handed))
        with self.names.local() as kept:
            self._sequence(steps, inner)
            given = [self.names.given[i.lifted] for i in loose if i.lifted is not None]
            results = list(dict.fromkeys([*results, *given]))
            if results:
                inner.statements.append(layout.line(cst.Return(layout.names_tuple(results))))
                layout.returned(inner.statements)
            name = self.names.fresh(self.names.chain(items, results))
            self.define(place, name, list(handed), inner)
            kept |= {name, *results}
        call = cst.Call(cst.Name(name), layout.separated([cst.Arg(cst.Name(n)) for n in handed]))
        return layout.Awaitable(call, layout.names_tuple(results) if results else None)

    def _read_by_others(self, items: Sequence[Item]) -> frozenset[str]:
        """Names that the other items of the block read."""
        inside = set(items)
        return frozenset().union(*(other.reads for other in self.block if other not in inside))

    def _leaves(self, item: Item) -> bool:
        return (
            item.statement is not None
            and any(isinstance(n, (cst.Return, cst.Break, cst.Continue)) for n in walk(item.statement))
            and item.each is None
        )


def _parts(item: Item) -> Iterator[Item]:
    """The items nested in an item, at any depth."""
    for part in item.parts:
        yield part
        yield from _parts(part)


def _statements(items: Sequence[Item]) -> Iterator[Statement]:
    """The statements of items, and those that start their lists."""
    for item in items:
        if item.lifted is None and item.statement is not None:
            yield item.statement
        if item.each is not None and item.each.start is not None:
            yield item.each.start
        if item.collected is not None:
            yield from item.collected.starts.values()


def _is_part(item: Item, group: Group) -> bool:
    """Whether a nested call is read by another item of a group."""
    return any(item in other.parts for other in _flat([group]))


def _flat(steps: Sequence[Step]) -> Iterator[Item]:
    for step in steps:
        if isinstance(step, Group):
            for branch in (*step.shared, *step.branches):
                yield from _flat(branch)
        else:
            yield step


def _sequential(steps: Sequence[Step]) -> list[Item]:
    """The items of steps, as they could run one after another."""
    return sorted(set(_flat(steps)), key=lambda item: item.position)
