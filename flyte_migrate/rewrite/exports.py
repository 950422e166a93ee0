"""``__all__``: names that a module no longer has are no longer listed, or ``from module import *`` would fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

import libcst as cst

from flyte_migrate.mapping import table
from flyte_migrate.rewrite.comments import comments_in
from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import string_value
from flyte_migrate.rewrite.view import FileView


def plan_exports(view: FileView, gone: Collection[str]) -> Iterator[Item]:
    """Take names whose import goes out of a literal ``__all__``, and say so: other repositories may import them."""
    if not gone:
        return
    for binding in view.module_scope.bindings.get("__all__", ()):
        listed = binding.value
        if not isinstance(listed, (cst.List, cst.Tuple)):
            continue
        removed = [e for e in listed.elements if string_value(e.value) in gone]
        if removed:
            yield from _without(view, listed, removed)


def _without(view: FileView, listed: cst.List | cst.Tuple, removed: list[cst.BaseElement]) -> Iterator[Item]:
    kept = [e for e in listed.elements if e not in removed]
    if kept and kept[-1] is not listed.elements[-1]:
        kept[-1] = kept[-1].with_changes(comma=listed.elements[-1].comma)
    elif kept and isinstance(listed, cst.Tuple) and len(kept) == 1:
        kept[0] = kept[0].with_changes(comma=cst.Comma())
    changes: dict[str, object] = {"elements": kept}
    if not kept and isinstance(listed, cst.List):
        changes.update(lbracket=cst.LeftSquareBracket(), rbracket=cst.RightSquareBracket())
    shorter = listed.with_changes(**changes)
    yield Replace(listed, lambda updated: shorter)
    statement = view.statement(listed)
    left = Counter(line.comment.value for line in comments_in(shorter) if line.comment)
    lost = [line for line in comments_in(listed) if line.comment and not left[line.comment.value]]
    if lost:
        yield Replace(statement, lambda updated: updated.with_changes(leading_lines=[*updated.leading_lines, *lost]))
    for element in removed:
        name = str(string_value(element.value))
        row = table().row(view.index.canonical(f"{view.facts.module}.{name}", view.facts.module))
        target = (row.target.replace(":", ".") or row.link) if row is not None else ""
        instead = f"; Flyte 2 has {target} in its place" if target else ""
        yield Finding(element, "FM006", f"{name} is no longer exported from here{instead}.")
