"""Custom type transformers: what derives from ``TypeTransformer`` and registers with ``TypeEngine`` (IMP-74, TYP-85).

Transformers are converted as classes: async methods without a context, the protobuf messages that v1's models mirror.
Where one of a file does with the context what has no counterpart, or asks which part of a literal is set, the file's
transformers are left for a person: the names of both SDKs are the same and can't stand side by side.
Official: https://www.union.ai/docs/v2/flyte/api-reference/flyte-sdk/
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flyte_migrate.rewrite.plan import Covered, Finding, Item, Replace
from flyte_migrate.rewrite.template import code
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rules import on_symbol
from flyte_migrate.rules.conversions import (
    TRANSFORMERS,
    Method,
    class_around,
    converted_class,
    is_base,
    references_in,
)

_ENGINE = "flytekit.core.type_engine.TypeEngine"
_METHODS = {
    "to_literal": Method("to_literal", True, (4,)),
    "async_to_literal": Method("to_literal", True, (4,)),
    "to_python_value": Method("to_python_value", True, (2,)),
    "async_to_python_value": Method("to_python_value", True, (2,)),
    "to_html": Method("to_html", False, ()),
    "guess_python_type": Method("guess_python_type", False, (1,), has_context=False),
    "from_binary_idl": Method("from_binary_idl", False, (1,), has_context=False),
}
_SIGNATURES = (
    "async def to_literal(self, python_val, python_type, expected)"
    " and async def to_python_value(self, lv, expected_python_type)"
)


@on_symbol(*TRANSFORMERS)
def convert_transformer(view: FileView, reference: Reference) -> Iterator[Item]:
    """A transformer class: converted as a whole, or one finding for it and all of the literal API in it."""
    owner = class_around(view, reference.chain)
    if owner is not None and not is_base(owner, reference):
        owner = None
    convertible = _all_convertible(view)
    if convertible:
        target = view.ref("flyte.types:TypeTransformer")
        yield Replace(reference.chain, lambda updated: target)
    if owner is None:
        return
    inside = references_in(view, owner)
    if convertible:
        yield from converted_class(view, owner, _METHODS, inside) or ()
        return
    yield Finding(
        owner.name,
        "FM331",
        f"{owner.name.value}: derive from flyte.types.TypeTransformer, write {_SIGNATURES}, and use the messages of"
        " flyteidl2.core; there is no context, flyte.storage moves data.",
    )
    yield from (Covered(r.node) for r in inside)


@on_symbol(_ENGINE)
def convert_registration(view: FileView, reference: Reference) -> Iterator[Item]:
    """``TypeEngine.register(MyTransformer())`` goes where its class goes."""
    call = view.parent(reference.chain)
    if reference.rest != ("register",) or not isinstance(call, cst.Call) or class_around(view, call) is not None:
        return
    if _all_convertible(view):
        target = view.ref("flyte.types:TypeEngine")
        yield Replace(reference.node, lambda updated: target)
    else:
        text = f"{code(call)}: once its transformer is ported, register it with flyte.types.TypeEngine.register(...)."
        yield Finding(call, "FM331", text)


# -- what can be converted --------------------------------------------------------------------------------------------


def _all_convertible(view: FileView) -> bool:
    """Whether all transformers of the file can be converted, and what is said of them elsewhere with them."""
    return all(_fits(view, r) for r in view.references if r.name in (*TRANSFORMERS, _ENGINE))


def _fits(view: FileView, reference: Reference) -> bool:
    call = view.parent(reference.chain)
    if reference.name == _ENGINE:
        return reference.rest == ("register",) and isinstance(call, cst.Call) and call.func is reference.chain
    if reference.rest or isinstance(call, cst.Call):
        return False
    owner = class_around(view, reference.chain)
    if owner is None or not is_base(owner, reference):
        return True
    return converted_class(view, owner, _METHODS, references_in(view, owner)) is not None
