"""``try: from flytekit import x`` with ``except ImportError:`` what is left of it once the import is gone.

Flyte 2 is as optional as Flyte 1 was: its import stays in the ``try`` where Flyte 1 was imported nowhere else. What
the handler did for names that nobody reads any more goes; a ``try`` that can't fail any more goes as a whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import libcst as cst

from flyte_migrate.rewrite.comments import comments_in
from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import only_lines
from flyte_migrate.rewrite.view import FileView, dotted_name

_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


def plan_fallbacks(
    view: FileView,
    gone: Collection[cst.CSTNode],
    replaced: Mapping[cst.CSTNode, Mapping[str, str]],
    dropped: Mapping[cst.CSTNode, Collection[str]],
    is_read: Callable[[str], bool],
) -> Iterator[Item]:
    """Edits of ``try`` statements that held v1 imports.

    ``gone`` are import lines that vanish, ``replaced`` those that v2 imports take the place of, with the new name of
    each old one that has one; ``dropped`` are the names that each of them binds no longer.
    """
    for node in view.by_type.get(cst.Try, ()):
        assert isinstance(node, cst.Try)
        if isinstance(node.body, cst.IndentedBlock) and any(_catches_import_error(h) for h in node.handlers):
            lines = [s for s in node.body.body if s in dropped]
            if lines:
                yield from _without_fallback(view, node, lines, gone, replaced, dropped, is_read)


def _without_fallback(
    view: FileView,
    node: cst.Try,
    lines: Sequence[cst.CSTNode],
    gone: Collection[cst.CSTNode],
    replaced: Mapping[cst.CSTNode, Mapping[str, str]],
    dropped: Mapping[cst.CSTNode, Collection[str]],
    is_read: Callable[[str], bool],
) -> Iterator[Item]:
    names = {name for line in lines for name in dropped[line]}
    renamed = {old: new for line in lines for old, new in replaced.get(line, {}).items()}
    stays = [s for s in node.body.body if s not in gone]
    can_fail = any(s in replaced or not _is_constant(s) for s in stays)
    items: list[Item] = []
    handled = False  # whether a handler still does something
    for statement in (s for handler in node.handlers for s in handler.body.body):
        if statement in gone or _is_pass(statement):
            continue
        bound = _bound(statement)
        if bound and bound <= names and not any(is_read(n) for n in bound):
            if isinstance(statement, cst.SimpleStatementLine) and _is_constant(statement):
                if bound <= renamed.keys() and len(bound) == 1:
                    items.append(_renaming(statement, renamed[next(iter(bound))]))
                    handled = True
                else:
                    items.append(Replace(statement, _emptied(statement)))
                continue
            items.append(Finding(statement, "FM197", _stand_in(sorted(bound))))
        handled = True
    unwrapped = node.finalbody is None and (
        not can_fail or (not handled and all(s in replaced or _is_constant(s) for s in stays))
    )
    if not unwrapped:
        yield from items
        return
    # What a handler held goes with it.
    yield Replace(node, _unwrapping(node))


def _stand_in(names: list[str]) -> str:
    return (
        f"Without Flyte this stood in for {', '.join(names)}; the environments of this module need Flyte to be "
        "installed. Remove it, or put an `env` that does as much in its place."
    )


def _unwrapping(node: cst.Try) -> Callable[[cst.Try], list[cst.CSTNode]]:
    def build(updated: cst.Try) -> list[cst.CSTNode]:
        body: list[cst.CSTNode] = [s for s in updated.body.body if not _is_pass(s)]
        if updated.orelse is not None:
            body += [s for s in updated.orelse.body.body if not _is_pass(s)]
        left = Counter(line.comment.value for s in body for line in comments_in(s) if line.comment)
        inside = comments_in(node.with_changes(leading_lines=()))
        lost = [c for c in inside if c.comment and not left[c.comment.value]]
        if not body:
            lines = [*node.leading_lines, *lost]
            return [only_lines(lines)] if any(line.comment for line in lines) else []
        own = list(getattr(body[0], "leading_lines", ()))
        body[0] = body[0].with_changes(leading_lines=[*updated.leading_lines, *lost, *own])
        return body

    return build


def _renaming(statement: cst.SimpleStatementLine, name: str) -> Replace:
    assign = statement.body[0]
    assert isinstance(assign, cst.Assign)
    target = assign.targets[0].target
    return Replace(target, lambda updated: cst.Name(name))


def _emptied(statement: cst.SimpleStatementLine) -> Callable[[cst.SimpleStatementLine], cst.CSTNode | None]:
    lost = [
        *(line for line in statement.leading_lines if line.comment),
        *comments_in(statement.with_changes(leading_lines=())),
    ]

    def build(updated: cst.SimpleStatementLine) -> cst.CSTNode | None:
        if not lost:
            return None
        return cst.SimpleStatementLine([cst.Pass()], leading_lines=lost)

    return build


def _catches_import_error(handler: cst.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    types = [e.value for e in handler.type.elements] if isinstance(handler.type, cst.Tuple) else [handler.type]
    return any(dotted_name(t).rpartition(".")[2] in _IMPORT_ERRORS for t in types)


def _is_pass(statement: cst.CSTNode) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and all(isinstance(s, cst.Pass) for s in statement.body)


def _is_constant(statement: cst.CSTNode) -> bool:
    """Whether a statement but binds names to a constant."""
    return isinstance(statement, cst.SimpleStatementLine) and all(
        isinstance(s, cst.Assign)
        and all(isinstance(t.target, cst.Name) for t in s.targets)
        and (
            isinstance(s.value, (cst.SimpleString, cst.BaseNumber, cst.Ellipsis))
            or (isinstance(s.value, cst.Name) and s.value.value in ("None", "True", "False"))
        )
        for s in statement.body
    )


def _bound(statement: cst.CSTNode) -> set[str]:
    """The names that a statement of a handler binds, if that is all it does."""
    if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
        return {statement.name.value}
    if not isinstance(statement, cst.SimpleStatementLine):
        return set()
    assigns = [s for s in statement.body if isinstance(s, cst.Assign)]
    targets = [t.target for assign in assigns for t in assign.targets]
    names = {t.value for t in targets if isinstance(t, cst.Name)}
    plain = len(assigns) == len(statement.body) and all(isinstance(t, cst.Name) for t in targets)
    return names if plain else set()
