"""The safety net: a v1 name that is still there after all rules ran gets a finding, whatever the reason."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flyte_migrate.catalogue import catalogue
from flyte_migrate.rewrite.imports import Usage
from flyte_migrate.rewrite.plan import FilePlan, Finding
from flyte_migrate.rewrite.view import FileView

#: For a v1 name without a row, or with one whose rule did not convert this use.
UNCONVERTED = "FM900"


def leftover_findings(view: FileView, plan: FilePlan, after: Usage) -> Iterator[Finding]:
    """A finding for every v1 reference that survived the rewrite in a statement that no manual finding speaks of."""
    known = catalogue()
    told = {view.statement(f.node) for f in plan.findings if known[f.code].severity.value == "manual"}
    for reference in view.references:
        root: cst.CSTNode = reference.chain
        while isinstance(root, cst.Attribute):
            root = root.value
        if root not in after.original or reference.node in plan.covered:
            continue
        statement = view.statement(reference.node)
        if statement in told or any(a in told for a in view.ancestors(reference.node)):
            continue
        told.add(statement)
        row = reference.row
        code = row.code if row is not None and row.code in known else UNCONVERTED
        name = ".".join([reference.name, *reference.rest])
        if known[code].severity.value != "manual":
            code = UNCONVERTED
        message = f"{name} is left as it was: {known[code].summary}"
        if known[code].instead and code != UNCONVERTED:
            message += f" Instead: {known[code].instead}"
        yield Finding(reference.node, code, message, name)
