"""Custom type transformers: what derives from ``TypeTransformer`` and registers with ``TypeEngine`` (IMP-74, TYP-85).

Official: https://www.union.ai/docs/v2/flyte/api-reference/flyte-sdk/
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flyte_migrate.rewrite.plan import Covered, Finding, Item, Replace
from flyte_migrate.rewrite.template import code
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rules import on_symbol

_TRANSFORMERS = ("flytekit.core.type_engine.TypeTransformer", "flytekit.core.type_engine.AsyncTypeTransformer")
_ENGINE = "flytekit.core.type_engine.TypeEngine"
_SIGNATURES = (
    "async def to_literal(self, python_val, python_type, expected)"
    " and async def to_python_value(self, lv, expected_python_type)"
)


@on_symbol(*_TRANSFORMERS)
def report_transformer(view: FileView, reference: Reference) -> Iterator[Item]:
    """A transformer class: one finding with the signatures of Flyte 2, for all of the literal API in it, too."""
    owner = _class_of(view, reference)
    if owner is None:
        return
    context = _uses_context(view, owner)
    more = " ctx has no counterpart: use flyte.storage to move data." if context else ""
    yield Finding(
        owner.name,
        "FM331",
        f"{owner.name.value}: derive from flyte.types.TypeTransformer, write {_SIGNATURES},"
        f" and use the messages of flyteidl2.core.{more}",
    )
    yield from (Covered(r.node) for r in view.references if any(a is owner for a in view.ancestors(r.node)))


@on_symbol(_ENGINE)
def convert_registration(view: FileView, reference: Reference) -> Iterator[Item]:
    """``TypeEngine.register(MyTransformer())`` goes where its class goes."""
    call = view.parent(reference.chain)
    if reference.rest != ("register",) or not isinstance(call, cst.Call):
        return
    if any(_ported(view, arg.value) for arg in call.args):
        target = view.ref("flyte.types:TypeEngine")
        yield Replace(reference.node, lambda updated: target)
    else:
        yield Finding(
            call,
            "FM331",
            f"{code(call)}: once its transformer is ported, register it with flyte.types.TypeEngine.register(...).",
        )


def _ported(view: FileView, node: cst.BaseExpression) -> bool:
    """Whether a transformer is one of Flyte 2: not derived from v1's classes."""
    if not isinstance(node, cst.Call):
        return False
    definition = view.index.definition(view.qualified(node.func) or "", view.facts.module)
    if definition is None or definition.cls is None:
        return False
    return any(base.startswith("flyte.types.") for base in definition.cls.bases)


def _class_of(view: FileView, reference: Reference) -> cst.ClassDef | None:
    node: cst.CSTNode = reference.chain
    parent = view.parent(node)
    if isinstance(parent, cst.Subscript) and parent.value is node:
        node, parent = parent, view.parent(parent)
    owner = view.parent(parent) if isinstance(parent, cst.Arg) else None
    return owner if isinstance(owner, cst.ClassDef) else None


def _uses_context(view: FileView, owner: cst.ClassDef) -> bool:
    """Whether a method uses the context it gets besides passing it on."""
    for name in view.occurrences.get("ctx", ()):
        if any(a is owner for a in view.ancestors(name)) and isinstance(view.parent(name), cst.Attribute):
            return True
    return False
