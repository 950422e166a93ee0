"""Classes that convert values to literals and back: what type transformers and the handlers of data frames share.

In Flyte 2 their methods are async and get no context (IMP-52, IMP-74). A class is converted as a whole, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import libcst as cst

from flyte_migrate.rewrite.plan import Item, Replace
from flyte_migrate.rewrite.view import FileView, Reference, dotted_name
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules.file_access import Surroundings, conversions, convert_reference
from flyte_migrate.rules.literals import convert_messages, makes_message, message_edits

TRANSFORMERS = ("flytekit.core.type_engine.TypeTransformer", "flytekit.core.type_engine.AsyncTypeTransformer")
ENCODER = "flytekit.types.structured.StructuredDatasetEncoder"
DECODER = "flytekit.types.structured.StructuredDatasetDecoder"
_CONTEXTS = ("flytekit.FlyteContext", "flytekit.FlyteContextManager")


@dataclass(frozen=True)
class Method:
    """A method of v1: its name in v2, whether it becomes async, the positions of literals and types among its
    parameters, and whether v1 gave it a context.
    """

    name: str
    is_async: bool
    messages: tuple[int, ...]
    has_context: bool = True


def class_around(view: FileView, node: cst.CSTNode) -> cst.ClassDef | None:
    """The innermost class definition around a node, bases included."""
    return next((a for a in view.ancestors(node) if isinstance(a, cst.ClassDef)), None)


def _base_name(view: FileView, base: cst.Arg) -> str:
    """The canonical name of a base class, whatever its parameters."""
    return view.canonical(base.value.value if isinstance(base.value, cst.Subscript) else base.value)


def in_converter(view: FileView, node: cst.CSTNode) -> bool:
    """Whether a node stands in a transformer or a handler of v1, which is dealt with as a whole."""
    owner = class_around(view, node)
    return owner is not None and any(_base_name(view, b) in (*TRANSFORMERS, ENCODER, DECODER) for b in owner.bases)


def is_base(owner: cst.ClassDef, reference: Reference) -> bool:
    """Whether a reference is a base class of this class."""
    values = [b.value.value if isinstance(b.value, cst.Subscript) else b.value for b in owner.bases]
    return reference.chain in values


def references_in(view: FileView, owner: cst.ClassDef) -> list[Reference]:
    """The v1 names in a class, its bases included."""
    return [r for r in view.references if any(a is owner for a in view.ancestors(r.node))]


def converted_class(
    view: FileView, owner: cst.ClassDef, methods: Mapping[str, Method], inside: list[Reference]
) -> list[Item] | None:
    """The edits of a class: async methods without a context, messages. None if it can't be converted faithfully."""
    found = [n for n in owner.body.body if isinstance(n, cst.FunctionDef) and n.name.value in methods]
    if not any(methods[n.name.value].is_async for n in found) or len(owner.bases) != 1 or _is_derived_from(view, owner):
        return None
    items: list[Item] = []
    contexts: set[cst.CSTNode] = set()
    for definition in found:
        edits = _method(view, definition, methods[definition.name.value])
        if edits is None:
            return None
        items += edits
        if methods[definition.name.value].has_context:
            contexts |= set(walk(definition.params.params[1]))
    if any(_calls_itself(node, methods) for node in walk(owner.body)):
        return None
    for reference in inside:
        if reference.node in contexts or is_base(owner, reference) or makes_message(view, reference):
            continue
        if reference.name in _CONTEXTS and convert_reference(view, reference) is not None:
            continue
        if reference.name in _CONTEXTS or reference.row is None or reference.row.kind == "manual":
            return None
    return [*items, *convert_messages(view, inside)]


def _method(view: FileView, definition: cst.FunctionDef, method: Method) -> list[Item] | None:
    params = definition.params.params
    read = message_edits(definition, [params[n].name.value for n in method.messages if n < len(params)])
    if read is None or not method.has_context:
        return read
    if len(params) < 3 or definition.decorators or definition.params.star_kwarg is not None:
        return None
    if any(isinstance(node, cst.Yield) for node in walk(definition.body)):
        return None
    edits = list(_uses_of_context(view, definition, params[1].name.value, method.is_async))
    if any(edit is None for edit in edits):
        return None

    def build(updated: cst.FunctionDef) -> cst.FunctionDef:
        kept = [p for n, p in enumerate(updated.params.params) if n != 1]
        return updated.with_changes(
            name=cst.Name(method.name),
            params=updated.params.with_changes(params=kept),
            asynchronous=updated.asynchronous or (cst.Asynchronous() if method.is_async else None),
        )

    return [*read, *(item for edit in edits for item in edit or ()), Replace(definition, build)]


def _uses_of_context(
    view: FileView, definition: cst.FunctionDef, parameter: str, is_async: bool
) -> Iterator[list[Item] | None]:
    """The edits for the uses of a method's context; None for those that have no counterpart.

    What is written goes where Flyte's own transformers write, in a run or ahead of one.
    """
    raw_data = f"{view.local_name('flyte._context:internal_ctx')}().raw_data"

    def around(place: cst.CSTNode) -> Surroundings | None:
        outer = (a for a in view.ancestors(place) if isinstance(a, (cst.FunctionDef, cst.Lambda, cst.GeneratorExp)))
        return Surroundings(is_async, raw_data) if next(outer) is definition else None

    for use in view.uses_of(parameter, view.scope_of[definition]):
        yield conversions(view, use, around)


def _calls_itself(node: cst.CSTNode, methods: Mapping[str, Method]) -> bool:
    """Whether a node calls a method that becomes async, of the class or of its base."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        return False
    owner = node.func.value
    is_super = isinstance(owner, cst.Call) and dotted_name(owner.func) == "super"
    return node.func.attr.value in methods and (is_super or dotted_name(owner) == "self")


def _is_derived_from(view: FileView, owner: cst.ClassDef) -> bool:
    """Whether another class of the file has this one as a base."""
    classes = (n for n in view.by_type.get(cst.ClassDef, ()) if isinstance(n, cst.ClassDef))
    return any(dotted_name(b.value) == owner.name.value for c in classes for b in c.bases)
