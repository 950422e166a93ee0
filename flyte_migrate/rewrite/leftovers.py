"""The safety net: a v1 name that is still there after all rules ran gets a finding, whatever the reason."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flyte_migrate.catalogue import catalogue
from flyte_migrate.diagnostics import Severity
from flyte_migrate.mapping import V1_ROOTS
from flyte_migrate.project.index import IMPORTERS
from flyte_migrate.rewrite.imports import Usage, needs_star
from flyte_migrate.rewrite.plan import FilePlan, Finding, Item, Replace
from flyte_migrate.rewrite.template import string_value
from flyte_migrate.rewrite.view import FileView, Statement, dotted_name

#: For a v1 name without a row, or with one whose rule did not convert this use.
UNCONVERTED = "FM900"


def left_by_earlier_runs(view: FileView) -> dict[Statement, tuple[str, ...]]:
    """The statements that an earlier run left for a person, and the codes: they are that person's, until the comment
    is gone. What is half converted is easily taken for something else."""
    if not view.facts.todos:
        return {}
    found = ((s, tuple(code for code, _ in view.todos_above(s))) for s in view.statements())
    return {s: codes for s, codes in found if codes}


def earlier_findings(view: FileView, plan: FilePlan) -> Iterator[Finding]:
    """A finding for every TODO comment of an earlier run that no rule has come to again: it is still to be done."""
    if not view.facts.todos:
        return
    known = catalogue()
    told: set[tuple[cst.CSTNode, str]] = {(view.statement(f.node), f.code) for f in plan.findings}
    for statement in view.statements():
        for code, text in view.todos_above(statement):
            if (statement, code) not in told and code in known:
                told.add((statement, code))
                # A line of statements has no place of its own: it is that of the first one.
                place = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else statement
                yield Finding(place, code, text)


def leftover_findings(view: FileView, plan: FilePlan, after: Usage) -> Iterator[Finding]:
    """A finding for every v1 reference that survived the rewrite in a statement that no manual finding speaks of."""
    known = catalogue()
    carried = {
        node for group in (plan.before, plan.after) for items in group.values() for i in items for node in i.carries
    }
    told = {
        view.statement(f.node)
        for f in plan.findings
        if known[f.code].severity is Severity.MANUAL and not carried.intersection((f.node, *view.ancestors(f.node)))
    }
    for reference in view.references:
        root: cst.CSTNode = reference.chain
        while isinstance(root, cst.Attribute):
            root = root.value
        if root not in after.original or reference.node in plan.covered:
            continue
        statement = view.statement(reference.node)
        # What is said of a function is about its signature; other statements are spoken of with all that they hold.
        around = (a for a in view.ancestors(reference.node) if not isinstance(a, cst.FunctionDef))
        if statement in told or any(a in told for a in around):
            continue
        told.add(statement)
        row = reference.row
        code = row.code if row is not None and row.code in known else UNCONVERTED
        name = ".".join([reference.name, *reference.rest])
        if known[code].severity is not Severity.MANUAL:
            code = UNCONVERTED
        message = f"{name} is left as it was: {known[code].summary} `flyte-migrate explain {code}` shows what to write."
        if code == UNCONVERTED:
            message = (
                f"This use of {name} has a form that is not converted automatically; "
                "write its Flyte 2 counterpart by hand."
            )
        yield Finding(reference.node, code, message, name)


def imports_by_name(view: FileView) -> Iterator[Item]:
    """Calls that import a v1 package by a string: what only asks for flytekit asks for flyte now, others are
    reported."""
    if not any(loader.rpartition(".")[2] in view.text for loader in IMPORTERS):
        return
    for node in view.by_type.get(cst.Call, ()):
        assert isinstance(node, cst.Call)
        loader = "__import__" if isinstance(node.func, cst.Name) and node.func.value == "__import__" else ""
        named = node.args[0].value if node.args else None
        name = string_value(named)
        if name is None or name.split(".")[0] not in V1_ROOTS or (loader or view.qualified(node.func)) not in IMPORTERS:
            continue
        only_asked = isinstance(view.parent(node), cst.Expr) or (view.qualified(node.func) or "").endswith(".find_spec")
        if only_asked and name == "flytekit" and isinstance(named, cst.SimpleString):
            yield Replace(named, lambda updated: updated.with_changes(value=updated.value.replace("flytekit", "flyte")))
            continue
        message = f"This imports the Flyte 1 package {name} by its name, so what is done with it is left as it was."
        yield Finding(node, UNCONVERTED, message, name)


def patches_by_name(view: FileView) -> Iterator[Finding]:
    """A finding for every v1 name that is patched by a string: ``mock.patch("flytekit.current_context")``."""
    if "patch" not in view.text:
        return
    for node in view.by_type.get(cst.Call, ()):
        assert isinstance(node, cst.Call)
        called = dotted_name(node.func).rpartition(".")
        patches = called[2] == "patch" or (called[2] == "setattr" and called[0] == "monkeypatch")
        name = string_value(node.args[0].value) if patches and node.args else None
        if name is not None and "." in name and name.split(".")[0] in V1_ROOTS:
            message = f"This patches {name} by its name: patch what the migrated code reads in its place."
            yield Finding(node, UNCONVERTED, message, name)


def star_findings(view: FileView, after: Usage) -> Iterator[Finding]:
    """A finding for a v1 star import that has to stay, because names are read that it may bind."""
    if not any(source.split(".")[0] in V1_ROOTS for source in view.facts.star_imports) or not needs_star(view, after):
        return
    for node in view.by_type.get(cst.ImportFrom, ()):
        assert isinstance(node, cst.ImportFrom)
        source = dotted_name(node.module) if node.module is not None and not node.relative else ""
        if isinstance(node.names, cst.ImportStar) and source.split(".")[0] in V1_ROOTS:
            message = (
                f"Names are read here that only this import of everything in {source} may bind; import them by name."
            )
            yield Finding(node, UNCONVERTED, message, f"{source}.*")
