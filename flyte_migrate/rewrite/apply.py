"""The one rewrite of a tree: only the paths down to edited nodes are rebuilt, bottom-up, everything else is kept as
it is."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

import libcst as cst

from flyte_migrate.rewrite.comments import above
from flyte_migrate.rewrite.plan import FilePlan, Insert
from flyte_migrate.rewrite.quotes import requoted
from flyte_migrate.rewrite.template import code, printed, verbatim
from flyte_migrate.rewrite.todo import with_todos
from flyte_migrate.rewrite.view import FileView
from flyte_migrate.rewrite.walk import fields_of, is_node


class Rewriter:
    """Applies the edits of ``plan`` to ``tree``, again whenever the plan has grown; what has not changed is not
    rebuilt."""

    def __init__(self, view: FileView, plan: FilePlan) -> None:
        self.tree, self.plan, self.parents, self.sections = view.tree, plan, view.parents, view.sections
        self._dirty: set[cst.CSTNode] = set()
        self._moved: frozenset[cst.CSTNode] = frozenset()
        self._built: dict[cst.CSTNode, list[cst.CSTNode]] = {}
        self._edits: dict[cst.CSTNode, tuple[int, ...]] = {}

    def apply(self) -> cst.Module:
        """The tree with all edits of the plan applied."""
        if not self.plan.changes and not self.plan.leading:
            return self.tree
        edits = self._signatures()
        changed = {node for node, signature in edits.items() if self._edits.get(node) != signature}
        changed.update(self._edits.keys() - edits.keys())
        self._edits = edits
        self._moved = frozenset(statement for group in self.plan.moved.values() for statement in group)
        changed.update(place for place, group in self.plan.moved.items() if not changed.isdisjoint(group))
        for node in self._upwards(changed):
            self._built.pop(node, None)
        self._dirty = self._upwards((*edits, *self.plan.moved, *self._moved))
        built = self.rebuild(self.tree)
        assert len(built) == 1 and isinstance(built[0], cst.Module)
        return self._without_gap(built[0])

    def text(self) -> str:
        """The source text of :meth:`apply`."""
        built = self.apply()
        known = self.sections.printed
        indent, newline = built.default_indent, built.default_newline
        if not known:
            return printed(built, indent, newline)
        parts = [*built.header, *built.body, *built.footer]
        return (
            "".join([known.get(part) or printed(self._with_text(part), indent, newline) for part in parts]) or newline
        )

    def _with_text(self, node: cst.CSTNode) -> cst.CSTNode:
        """A function or class whose block has not changed with the lines of it."""
        if isinstance(node, (cst.FunctionDef, cst.ClassDef)) and node.body in self.sections.blocks:
            assert isinstance(node.body, cst.IndentedBlock)
            return node.with_changes(body=verbatim(node.body, self.sections.blocks[node.body]))
        return node

    def _without_gap(self, built: cst.Module) -> cst.Module:
        """Without the blank lines that set off a first statement which is gone."""
        if not built.body:
            commented = any(line.comment for line in (*built.header, *built.footer))
            return built if commented else built.with_changes(header=(), footer=())
        if not self.tree.body or built.body[0] is self.tree.body[0]:
            return built
        first, header = built.body[0], built.header
        if self.tree.body[0] not in self._dirty or (header and header[-1].comment is not None):
            return built
        lines = list(first.leading_lines)
        while lines and lines[0].comment is None:
            lines.pop(0)
        if len(lines) == len(first.leading_lines):
            return built
        return built.with_changes(body=[first.with_changes(leading_lines=lines), *built.body[1:]])

    def _signatures(self) -> dict[cst.CSTNode, tuple[int, ...]]:
        """For every edited node how many edits of each sort it has: these only grow (rescued comments come, or leave as
        a whole), so a change shows in a number."""
        plan = self.plan
        return {
            node: (
                node in plan.replacements,
                len(plan.before.get(node, ())),
                len(plan.after.get(node, ())),
                len(plan.leading.get(node, ())),
                len(plan.rescued.get(node, ())),
                sum(len(plan.carried.get(i, ())) for i in (*plan.before.get(node, ()), *plan.after.get(node, ()))),
            )
            for node in (*plan.replacements, *plan.before, *plan.after, *plan.leading, *plan.rescued)
        }

    def _upwards(self, nodes: Iterable[cst.CSTNode]) -> set[cst.CSTNode]:
        """The nodes and everything above them."""
        found: set[cst.CSTNode] = set()
        for node in nodes:
            item: cst.CSTNode | None = node
            while item is not None and item not in found:
                found.add(item)
                item = self.parents.get(item)
        return found

    def rebuild(self, node: cst.CSTNode) -> list[cst.CSTNode]:
        """The nodes that take the place of ``node``."""
        if node not in self._dirty:
            return [node]
        if node in self._moved:
            return []
        built = self._built.get(node)
        if built is None:
            built = self._built[node] = self._rebuilt(node)
        return built

    def _rebuilt(self, node: cst.CSTNode) -> list[cst.CSTNode]:
        changes: dict[str, object] = {}
        dirty = self._dirty
        for name in fields_of(type(node)):
            value = getattr(node, name)
            kind = type(value)
            if kind is tuple or kind is list:
                if any(item in dirty for item in value):
                    changes[name] = self._sequence(node, name, self._items(value))
            elif value is not None and is_node(value) and value in dirty:
                changes[name] = self._single(node, name, self.rebuild(value))
        updated = node.with_changes(**changes) if changes else node
        if isinstance(updated, cst.FormattedString):
            updated = requoted(updated)
        replacement = self.plan.replacements.get(node)
        nodes: list[cst.CSTNode]
        if replacement is None:
            nodes = [updated]
        else:
            result = replacement.build(updated)
            nodes = [] if result is None else list(result) if isinstance(result, Sequence) else [result]
            if len(nodes) == 1 and isinstance(self.parents.get(node), cst.BaseSmallStatement):
                nodes = [_in_one_piece(nodes[0])]
        rescued = self.plan.rescued.get(node)
        if rescued:
            nodes = above(nodes, rescued)
        notes = self.plan.leading.get(node)
        if notes and nodes:
            # What is put in front of an import that stays are other imports.
            place = -1 if _is_import(node) else 0
            nodes[place] = with_todos(nodes[place], notes)
        before = [s for item in self.plan.before.get(node, ()) for s in self._inserted(item)]
        before += [s for statement in self.plan.moved.get(node, ()) for s in self._rebuilt(statement)]
        after = [s for item in self.plan.after.get(node, ()) for s in self._inserted(item)]
        return [*before, *nodes, *after]

    def _items(self, nodes: Sequence[cst.CSTNode]) -> list[cst.CSTNode]:
        """What takes the place of some siblings. A statement keeps the distance that one before it had, which goes."""
        found: list[cst.CSTNode] = []
        gap: list[cst.EmptyLine] = []
        for node in nodes:
            built = self.rebuild(node)
            if not built and isinstance(node, cst.SimpleStatementLine) and not _is_import(node):
                gap = gap or _blank_lines(node)
            elif built and gap:
                first = built[0]
                if isinstance(first, cst.SimpleStatementLine) and not _blank_lines(first) and found:
                    built = [first.with_changes(leading_lines=[*gap, *first.leading_lines]), *built[1:]]
                gap = []
            found += built
        return found

    def _inserted(self, item: Insert) -> list[cst.CSTNode]:
        statements: list[cst.CSTNode] = list(item.build(self.single))
        notes = self.plan.carried.get(item)
        if notes and statements:
            statements[0] = with_todos(statements[0], notes)
        return statements

    def single(self, node: cst.CSTNode) -> cst.CSTNode:
        """One node as edited."""
        built = self.rebuild(node)
        if len(built) != 1:
            raise ValueError(f"{type(node).__name__} became {len(built)} nodes where one is needed")
        return built[0]

    @staticmethod
    def _single(node: cst.CSTNode, name: str, built: list[cst.CSTNode]) -> cst.CSTNode | None:
        if len(built) == 1:
            return built[0]
        if not built and name in ("returns", "annotation", "default", "asname", "value"):
            return None
        raise ValueError(f"{type(node).__name__}.{name} can't hold {len(built)} nodes")

    @staticmethod
    def _sequence(node: cst.CSTNode, name: str, items: list[cst.CSTNode]) -> Sequence[cst.CSTNode]:
        if name == "body" and not any(getattr(item, "body", True) for item in items):
            if isinstance(node, cst.IndentedBlock):
                return [*items, cst.SimpleStatementLine([cst.Pass()])]
            if isinstance(node, cst.SimpleStatementLine):
                return [cst.Pass()]
        if name == "args" and items:
            items[-1] = _without_comma(items[-1], node)
        if name == "body" and isinstance(node, cst.SimpleStatementLine):
            items[-1] = items[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
        return items


def _in_one_piece(value: cst.CSTNode) -> cst.CSTNode:
    """An expression that was inside brackets, with brackets of its own if it needs them over several lines."""
    if not isinstance(value, cst.BaseExpression) or value.lpar or _is_closed(value):
        return value
    text = code(value)
    if "\n" not in text:
        return value
    try:
        ast.parse(text)
    except SyntaxError:
        return value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return value


def _is_closed(value: cst.BaseExpression) -> bool:
    """Whether line breaks of an expression can only be inside brackets of its own."""
    while not value.lpar:
        spaces: Sequence[cst.CSTNode]
        if isinstance(value, cst.Call):
            inner, spaces = value.func, [value.whitespace_after_func]
        elif isinstance(value, cst.Subscript):
            inner, spaces = value.value, [value.whitespace_after_value]
        elif isinstance(value, cst.Attribute):
            inner, spaces = value.value, [value.dot.whitespace_before, value.dot.whitespace_after]
        else:
            return isinstance(value, (cst.Name, cst.List, cst.Dict, cst.SimpleString))
        if not all(isinstance(space, cst.SimpleWhitespace) for space in spaces):
            return False
        value = inner
    return True


def _blank_lines(statement: cst.SimpleStatementLine) -> list[cst.EmptyLine]:
    lines = statement.leading_lines
    return list(lines[: next((n for n, line in enumerate(lines) if line.comment is not None), len(lines))])


def _is_import(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.SimpleStatementLine) and isinstance(node.body[0], (cst.Import, cst.ImportFrom))


def _without_comma(last: cst.CSTNode, call: cst.CSTNode) -> cst.CSTNode:
    """The last argument after others were removed: a comma stays only if the call had a trailing one."""
    assert isinstance(call, cst.Call) and isinstance(last, cst.Arg)
    if call.args and isinstance(call.args[-1].comma, cst.MaybeSentinel):
        return last.with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return last
