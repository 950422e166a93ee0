"""Artifacts: what to write for each use, for a person to decide (IMP-30, TYP-86).

Official: https://www.union.ai/docs/v2/flyte/api-reference/flyte-sdk/packages/flyte.artifacts/
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flyte_migrate.rewrite.plan import Finding, Item
from flyte_migrate.rewrite.template import code, keyword_of
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rules import on_symbol

ARTIFACT = "flytekit.Artifact"


@on_symbol(ARTIFACT)
def report_artifact(view: FileView, reference: Reference) -> Iterator[Item]:
    """The declaration of an artifact, and every use of its variable."""
    node = view.parent(reference.chain)
    if not isinstance(node, cst.Call) or node.func is not reference.chain:
        yield Finding(
            reference.chain,
            "FM550",
            "It is made around the returned value: flyte.artifacts.new(value, flyte.artifacts.Metadata(name=...)).",
        )
        return
    given = keyword_of(node, "name")
    name = code(given.value) if given is not None else "..."
    made = f"return flyte.artifacts.new(value, flyte.artifacts.Metadata(name={name}))"
    yield Finding(node, "FM550", f"A task that produces it says so: @env.task(produces_artifacts=True), and {made}.")
    parent = view.parent(node)
    if not (
        isinstance(parent, cst.Assign) and len(parent.targets) == 1 and isinstance(parent.targets[0].target, cst.Name)
    ):
        return
    target = parent.targets[0].target
    scope = view.scope_at[target].owner(target.value)
    for use in view.uses_of(target.value, scope) if scope is not None else ():
        yield from _report_use(view, use, name, made)


def _report_use(view: FileView, use: cst.Name, name: str, made: str) -> Iterator[Item]:
    attribute = view.parent(use)
    member = attribute.attr.value if isinstance(attribute, cst.Attribute) else ""
    if member == "query":
        yield Finding(
            use, "FM551", f"Fetch it in the task, flyte.remote.Artifact.get({name}), or let a trigger bind it."
        )
    elif member == "create_from":
        yield Finding(use, "FM550", f"Write: {made}.")
    elif _annotates(view, use):
        yield Finding(
            use, "FM550", f"The annotation does not produce it any more: {made}, with produces_artifacts=True."
        )


def _annotates(view: FileView, use: cst.Name) -> bool:
    return any(isinstance(a, cst.Subscript) and callee_of(view, a) == "Annotated" for a in view.ancestors(use))


def callee_of(view: FileView, node: cst.Subscript) -> str:
    """The last component of what is subscripted."""
    return view.canonical(node.value).rpartition(".")[2]
