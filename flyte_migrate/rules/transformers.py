"""Custom type transformers: what derives from ``TypeTransformer`` and registers with ``TypeEngine`` (IMP-74, TYP-85).

Transformers that only build and read literals are converted: async methods without a context, the protobuf messages
that v1's models mirror. Where one of a file uses the context, or asks which part of a literal is set, the file's
transformers are left for a person: the names of both SDKs are the same and can't stand side by side.
Official: https://www.union.ai/docs/v2/flyte/api-reference/flyte-sdk/
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flyte_migrate.rewrite.plan import Covered, Finding, Item, Replace
from flyte_migrate.rewrite.template import code
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules import on_symbol

_TRANSFORMERS = ("flytekit.core.type_engine.TypeTransformer", "flytekit.core.type_engine.AsyncTypeTransformer")
_ENGINE = "flytekit.core.type_engine.TypeEngine"
_CONTEXT = "flytekit.FlyteContext"
#: The v1 models that are messages of the same name and fields, by their flyteidl2 module.
_MESSAGES = {
    **dict.fromkeys(
        ("Literal", "Scalar", "Primitive", "Binary", "Blob", "BlobMetadata", "LiteralCollection", "LiteralMap"),
        "flyteidl2.core:literals_pb2",
    ),
    **dict.fromkeys(("LiteralType", "SimpleType", "BlobType"), "flyteidl2.core:types_pb2"),
}
_METHODS = {
    "to_literal": "to_literal",
    "async_to_literal": "to_literal",
    "to_python_value": "to_python_value",
    "async_to_python_value": "to_python_value",
}
_SIGNATURES = (
    "async def to_literal(self, python_val, python_type, expected)"
    " and async def to_python_value(self, lv, expected_python_type)"
)


@on_symbol(*_TRANSFORMERS)
def convert_transformer(view: FileView, reference: Reference) -> Iterator[Item]:
    """A transformer class: converted as a whole, or one finding for it and all of the literal API in it."""
    owner = class_around(view, reference.chain)
    if owner is not None and not _is_base(view, owner, reference):
        owner = None
    convertible = _all_convertible(view)
    if convertible:
        target = view.ref("flyte.types:TypeTransformer")
        yield Replace(reference.chain, lambda updated: target)
    if owner is None:
        return
    inside = _references_in(view, owner)
    if convertible:
        yield from _messages(view, inside)
        yield from _methods(owner)
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


def class_around(view: FileView, node: cst.CSTNode) -> cst.ClassDef | None:
    """The innermost class definition around a node, bases included."""
    return next((a for a in view.ancestors(node) if isinstance(a, cst.ClassDef)), None)


def in_transformer(view: FileView, node: cst.CSTNode) -> bool:
    """Whether a node stands in a v1 type transformer, which is dealt with as a whole."""
    owner = class_around(view, node)
    return owner is not None and any(_base_name(view, b) in _TRANSFORMERS for b in owner.bases)


def _base_name(view: FileView, base: cst.Arg) -> str:
    return view.canonical(base.value.value if isinstance(base.value, cst.Subscript) else base.value)


def _is_base(view: FileView, owner: cst.ClassDef, reference: Reference) -> bool:
    return any(
        reference.chain in (b.value, b.value.value if isinstance(b.value, cst.Subscript) else None) for b in owner.bases
    )


# -- what can be converted --------------------------------------------------------------------------------------------


def _references_in(view: FileView, owner: cst.ClassDef) -> list[Reference]:
    return [r for r in view.references if any(a is owner for a in view.ancestors(r.node))]


def _all_convertible(view: FileView) -> bool:
    """Whether all transformers of the file can be converted, and what is said of them elsewhere with them."""
    return all(_fits(view, r) for r in view.references if r.name in (*_TRANSFORMERS, _ENGINE))


def _fits(view: FileView, reference: Reference) -> bool:
    call = view.parent(reference.chain)
    if reference.name == _ENGINE:
        return reference.rest == ("register",) and isinstance(call, cst.Call) and call.func is reference.chain
    if reference.rest or isinstance(call, cst.Call):
        return False
    owner = class_around(view, reference.chain)
    is_base = owner is not None and _is_base(view, owner, reference)
    return not is_base or owner is None or _is_convertible(view, owner, _references_in(view, owner))


def _is_convertible(view: FileView, owner: cst.ClassDef, inside: list[Reference]) -> bool:
    """Whether a class needs nothing but literals: no context, no v1 name without a message, no test for set fields."""
    methods = _conversions(owner)
    if any(len(m.params.params) < 3 for m in methods):
        return False
    contexts = {m.params.params[1].name.value for m in methods}
    annotations = {id(m.params.params[1]) for m in methods}
    for reference in inside:
        if reference.name in _TRANSFORMERS or reference.name.rpartition(".")[2] in _MESSAGES:
            continue
        if reference.name == _CONTEXT and any(id(a) in annotations for a in view.ancestors(reference.node)):
            continue
        return False
    for node in walk(owner.body):
        if isinstance(node, cst.Name) and node.value in contexts and node in view.scope_at:
            return False
        if isinstance(node, cst.Comparison) and any(code(c.comparator) == "None" for c in node.comparisons):
            return False
        if isinstance(node, (cst.If, cst.IfExp, cst.While)) and not isinstance(node.test, (cst.Call, cst.Comparison)):
            return False
        if isinstance(node, (cst.BooleanOperation, cst.UnaryOperation)):
            return False
    return bool(methods)


def _conversions(owner: cst.ClassDef) -> list[cst.FunctionDef]:
    return [n for n in owner.body.body if isinstance(n, cst.FunctionDef) and n.name.value in _METHODS]


def _messages(view: FileView, inside: list[Reference]) -> Iterator[Item]:
    for reference in inside:
        name = reference.name.rpartition(".")[2]
        if name in _MESSAGES:
            message = cst.Attribute(view.ref(_MESSAGES[name]), cst.Name(name))
            yield Replace(reference.node, lambda updated, message=message: message)  # type: ignore[misc]


def _methods(owner: cst.ClassDef) -> Iterator[Item]:
    for method in _conversions(owner):
        yield Replace(method, _without_context)


def _without_context(updated: cst.FunctionDef) -> cst.FunctionDef:
    params = [p for n, p in enumerate(updated.params.params) if n != 1]
    return updated.with_changes(
        name=cst.Name(_METHODS[updated.name.value]),
        params=updated.params.with_changes(params=params),
        asynchronous=updated.asynchronous or cst.Asynchronous(),
    )
