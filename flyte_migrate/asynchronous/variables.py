"""The local variables of a function: which names are read and bound where, and which may hold the same object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import libcst as cst

from flyte_migrate.asynchronous.items import Item, Units, roots_of
from flyte_migrate.rewrite.scopes import Scope
from flyte_migrate.rewrite.view import FileView
from flyte_migrate.rewrite.walk import children, walk


class Variables:
    """Questions about the names of one function. A variable may have a name for each independent use (``renamed``)."""

    def __init__(self, view: FileView, function: cst.FunctionDef, units: Units, reorders: bool) -> None:
        self.view, self.function, self.units = view, function, units
        self.scope: Scope = view.scope_of[function]
        self.holds_calls: dict[cst.CSTNode, bool] = {}
        self.reorders = reorders and not any(
            isinstance(n, (cst.Global, cst.Nonlocal, cst.Yield)) for n in walk(function.body)
        )
        self.renamed: dict[cst.CSTNode, str] = {}
        if self.reorders:
            self.renamed.update(list(self._versions()))
        self.aliases = self._aliases()

    def is_local(self, name: cst.Name) -> bool:
        scope = self.view.scope_at.get(name)
        owner = scope.owner(name.value) if scope is not None else None
        return owner is self.scope

    def name(self, node: cst.Name) -> str:
        """The name of a variable, or of its version."""
        return self.renamed.get(node, node.value)

    def _versions(self) -> Iterator[tuple[cst.Name, str]]:
        """Names for variables that are bound again, to something that has nothing to do with their first value or
        while something else reads it.

        Without them the second call would wait for everything that reads the first one's result, which in Flyte 1 it
        did not.
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
        version, number, last = name, 1, body.body[0]
        for statement in body.body:
            mine = [u for u in uses if self._top_place(u) is statement]
            if statement not in places:
                yield from ((u, version) for u in mine if version != name)
                continue
            targets = [u for u in mine if self.is_target(u)]
            reads = [u for u in mine if u not in targets]
            yield from ((u, version) for u in reads if version != name)
            readers = {s for u in uses if (s := self._top_place(u)) not in places and not self.is_target(u)}
            since = body.body[body.body.index(last) + 1 : body.body.index(statement)]
            is_read = any(s in readers and self.has_calls(s) for s in since)
            last = statement
            if statement is not places[0] and (not reads or is_read) and self.has_calls(statement):
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

    def is_target(self, node: cst.Name) -> bool:
        """Whether an occurrence binds the name."""
        item = Item(0, None)
        self.note(item, node)
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
            names = {self.name(n) for t in targets for n in roots_of(t) if self.is_local(n)}
            names |= {self.name(n) for n in self._handed_on(value)}
            merged = set(names).union(*(groups.get(n, set()) for n in names))
            for name in merged:
                groups[name] = merged
        return groups

    def _handed_on(self, node: cst.CSTNode) -> Iterator[cst.Name]:
        """Local names whose objects an expression may give on (not those that only go into a task)."""
        if isinstance(node, cst.Name):
            if self.is_local(node):
                yield node
        elif (
            self.units.is_unit(node)
            or isinstance(node, (cst.Comparison, cst.FormattedString, cst.BinaryOperation))
            or (
                isinstance(node, cst.Call)
                and isinstance(node.func, cst.Name)
                and node.func.value in ("len", "str", "int", "float", "range", "sum")
            )
        ):
            return
        else:
            for child in children(node):
                yield from self._handed_on(child)

    def note(self, item: Item, node: cst.Name) -> None:
        """Enter an occurrence of a local name as a reading, a binding or a change of its object."""
        child: cst.CSTNode = node
        parent = self.view.parent(node)
        while isinstance(parent, (cst.Tuple, cst.List, cst.StarredElement, cst.Element)):
            child, parent = parent, self.view.parent(parent)
        if isinstance(parent, (cst.AssignTarget, cst.AsName, cst.Del)) or (
            isinstance(parent, (cst.AnnAssign, cst.For, cst.CompFor, cst.NamedExpr)) and parent.target is child
        ):
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

    def is_number(self, name: cst.Name) -> bool:
        """Whether a variable begins as a number or a text, so that ``+=`` changes no object."""
        values = [b.value for b in self.view.bindings(name) if b.kind == "assign"]
        return any(isinstance(v, (cst.Integer, cst.Float, cst.SimpleString)) for v in values)

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
                return set(self.scope.bindings)
            return set().union(*(self._certain(s) for s in body))
        if isinstance(node, cst.With):
            return self._certain(node.body)
        if isinstance(node, cst.SimpleStatementLine):
            item = Item(0, node)
            for part in walk(node):
                if isinstance(part, cst.Name) and self.is_local(part):
                    self.note(item, part)
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
                    self.note(item, node)
            found |= item.reads
        return found

    def read_in_rest(self, node: cst.CSTNode, without: Iterable[cst.CSTNode]) -> set[str]:
        """Local names that a statement reads outside of some of its parts."""
        inside = {n for part in without for n in walk(part)}
        return {
            self.name(n)
            for n in walk(node)
            if isinstance(n, cst.Name) and n not in inside and self.is_local(n) and not self.is_target(n)
        }

    def read_names(self, statements: Iterable[cst.CSTNode]) -> list[str]:
        """Local names in statements, in the order of the text."""
        found = [n for s in statements for n in walk(s) if isinstance(n, cst.Name) and self.is_local(n)]
        return [self.name(n) for n in found]

    def exposed(self, item: Item) -> set[str]:
        """Names whose values from before an item reads."""
        if (
            item.statement is None
            or item.each is not None
            or isinstance(item.statement, (cst.SimpleStatementLine, cst.FunctionDef, cst.ClassDef))
        ):
            return item.reads
        started = set(item.collected.starts) if item.collected is not None else set()
        return self.live_in([item.statement]) - started

    def certain(self, item: Item) -> set[str]:
        """Names that an item binds whatever happens."""
        if item.each is not None or item.statement is None:
            return item.writes
        started = set(item.collected.starts) if item.collected is not None else set()
        return self._certain(item.statement) | started

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

    def read_again(self, loop: cst.For | cst.While) -> set[str]:
        """Names that an iteration of a loop may read from the one before."""
        head = loop.iter if isinstance(loop, cst.For) else loop.test
        return self.read_in([head]) | self.live_in(loop.body.body)

    def _live_in_one(self, node: cst.CSTNode) -> set[str]:
        if isinstance(node, cst.For):
            target = {n.value for n in roots_of(node.target)}
            return self.read_in([node.iter]) | (self.live_in(node.body.body) - target) | self._live_in_else(node.orelse)
        if isinstance(node, cst.While):
            return self.read_again(node) | self._live_in_else(node.orelse)
        if isinstance(node, cst.If):
            return self.read_in([node.test]) | self.live_in(node.body.body) | self._live_in_else(node.orelse)
        return self.read_in([node])

    def _live_in_else(self, node: cst.If | cst.Else | None) -> set[str]:
        if isinstance(node, cst.Else):
            return self.live_in(node.body.body)
        return self._live_in_one(node) if node is not None else set()
