"""Encoders and decoders of data frames: ``StructuredDatasetEncoder`` → ``flyte.io.extend.DataFrameEncoder`` (IMP-52).

Official: https://www.union.ai/docs/v2/flyte/api-reference/flyte-sdk/packages/flyte.io.extend/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import libcst as cst

from flyte_migrate.rewrite.plan import Covered, Finding, Item, Replace
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rules import on_symbol
from flyte_migrate.rules.conversions import (
    DECODER,
    ENCODER,
    Method,
    class_around,
    converted_class,
    is_base,
    references_in,
)
from flyte_migrate.rules.kinds import FRAME, kinds_of

_ENGINE = "flytekit.StructuredDatasetTransformerEngine"
_TARGETS = {ENCODER: "flyte.io.extend:DataFrameEncoder", DECODER: "flyte.io.extend:DataFrameDecoder"}
_METHODS: Mapping[str, Mapping[str, Method]] = {
    ENCODER: {"encode": Method("encode", True, (3,))},
    DECODER: {"decode": Method("decode", True, (2, 3))},
}
_SIGNATURES = {
    ENCODER: (
        "derive from flyte.io.extend.DataFrameEncoder and write"
        " async def encode(self, dataframe, structured_dataset_type)"
        " -> literals_pb2.StructuredDataset"
    ),
    DECODER: (
        "derive from flyte.io.extend.DataFrameDecoder and write"
        " async def decode(self, flyte_value, current_task_metadata)"
    ),
}
_REGISTRATIONS = (("register",), ("register_for_protocol",), ("register_renderer",))


@on_symbol(*_TARGETS)
def convert_handler(view: FileView, reference: Reference) -> Iterator[Item]:
    """A handler class as a whole, or one finding for it and all of the literal API in it."""
    owner = class_around(view, reference.chain)
    if owner is None or not is_base(owner, reference):
        if isinstance(view.parent(reference.chain), cst.Annotation):
            target = view.ref(_TARGETS[reference.name])
            yield Replace(reference.chain, lambda updated: target)
        return
    inside = references_in(view, owner)
    items = _converted(view, owner, reference, inside)
    if items is None:
        yield Finding(owner.name, "FM322", f"{owner.name.value}: {_SIGNATURES[reference.name]}.")
        yield from (Covered(r.node) for r in inside)
        return
    target = view.ref(_TARGETS[reference.name])
    yield Replace(reference.chain, lambda updated: target)
    yield from items


def _converted(view: FileView, owner: cst.ClassDef, reference: Reference, inside: list[Reference]) -> list[Item] | None:
    items = converted_class(view, owner, _METHODS[reference.name], inside)
    if items is None or reference.name == DECODER:
        return items
    definitions = (n for n in owner.body.body if isinstance(n, cst.FunctionDef) and n.name.value == "encode")
    frames = [p.name for d in definitions for p in d.params.params[2:3]]
    # Elsewhere what a StructuredDataset is told by is its annotation, whose attributes are renamed there.
    annotated = all(
        kinds_of(view).of(use) == FRAME
        for name in frames
        for use in view.occurrences.get(name.value, ())
        if use is not name and class_around(view, use) is owner
    )
    return items if annotated else None


@on_symbol(_ENGINE)
def convert_registration(view: FileView, reference: Reference) -> Iterator[Item]:
    """``StructuredDatasetTransformerEngine.register(Handler(...))`` follows its handler."""
    call = view.parent(reference.chain)
    if reference.rest in _REGISTRATIONS and isinstance(call, cst.Call) and _registers_converted(view, reference, call):
        target = view.ref("flyte.io.extend:DataFrameTransformerEngine")
        yield Replace(reference.node, lambda updated: target)
        return
    text = ".".join(["flyte.io.extend.DataFrameTransformerEngine", *reference.rest])
    yield Finding(reference.chain, "FM322", f"Once its handler is ported, write {text}(...).")


def _registers_converted(view: FileView, reference: Reference, call: cst.Call) -> bool:
    """Whether what is registered is a renderer, or an instance of a handler of the project that is converted."""
    if reference.rest == ("register_renderer",):
        return True
    made = call.args[0].value if call.args else None
    if not isinstance(made, cst.Call) or not isinstance(made.func, cst.Name):
        return False
    for binding in view.bindings(made.func):
        if isinstance(binding.node, cst.ClassDef):
            return _is_converted(view, binding.node)
        # A class of another module: the engine of Flyte 2 refuses it, should it not have been converted there.
        return binding.kind == "import" and view.index.module_of(binding.target, view.facts.module) is not None
    return False


def _is_converted(view: FileView, owner: cst.ClassDef) -> bool:
    inside = references_in(view, owner)
    bases = [r for r in inside if r.name in _TARGETS and is_base(owner, r)]
    return len(bases) == 1 and _converted(view, owner, bases[0], inside) is not None
