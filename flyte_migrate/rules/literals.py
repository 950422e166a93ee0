"""Literals and their types: v1's models → the protobuf messages of flyteidl2 that they mirror (IMP-43).

Type transformers and the encoders and decoders of data frames are what handles them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

import libcst as cst

from flyte_migrate.rewrite.plan import Item, Replace
from flyte_migrate.rewrite.template import expression
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rewrite.walk import walk

_LITERALS, _TYPES = "flyteidl2.core:literals_pb2", "flyteidl2.core:types_pb2"
#: The messages that have the name and the fields of a v1 model: their module, and the model's parameters in order.
_MESSAGES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "Literal": (_LITERALS, ("scalar", "collection", "map", "hash", "metadata", "offloaded_metadata")),
    "Scalar": (
        _LITERALS,
        ("primitive", "blob", "binary", "schema", "union", "none_type", "error", "generic", "structured_dataset"),
    ),
    "Primitive": (_LITERALS, ("integer", "float_value", "string_value", "boolean")),
    "Binary": (_LITERALS, ("value", "tag")),
    "Blob": (_LITERALS, ("metadata", "uri")),
    "BlobMetadata": (_LITERALS, ("type",)),
    "LiteralCollection": (_LITERALS, ("literals",)),
    "LiteralMap": (_LITERALS, ("literals",)),
    "StructuredDataset": (_LITERALS, ("uri", "metadata")),
    "StructuredDatasetMetadata": (_LITERALS, ("structured_dataset_type",)),
    "LiteralType": (
        _TYPES,
        ("simple", "schema", "collection_type", "map_value_type", "blob", "enum_type", "union_type"),
    ),
    "SimpleType": (_TYPES, ()),
    "BlobType": (_TYPES, ("format", "dimensionality")),
    "StructuredDatasetType": (_TYPES, ("columns", "format", "external_schema_type", "external_schema_bytes")),
}
_MODELS = ("flytekit.models.literals", "flytekit.models.types", "flytekit.models.core.types")
#: What flytekit itself exports of them, under these canonical names.
_EXPORTED = frozenset(
    f"flytekit.{name}"
    for name in ("Blob", "BlobMetadata", "BlobType", "Literal", "LiteralType", "Scalar", "StructuredDatasetType")
)
#: A time without a zone is one of UTC in a message.
_TIMES = frozenset({"datetime", "duration"})
#: The fields that are not messages: empty where a model had None.
_PLAIN = frozenset(
    {"uri", "format", "columns", "hash", "tag", "literals", "external_schema_type", "external_schema_bytes", "value"}
    | {"string_value", "integer", "boolean", "float_value"}
)
#: The fields that a message is asked for with ``HasField``, where a model had None.
_OPTIONAL = frozenset(
    {"scalar", "collection", "map", "primitive", "blob", "binary", "schema", "union", "none_type", "error", "generic"}
    | {"structured_dataset", "structured_dataset_type", "simple", "collection_type", "map_value_type", "enum_type"}
    | {"union_type", "string_value", "integer", "boolean", "float_value"}
)
_FIELDS = _PLAIN | _OPTIONAL | {"metadata", "type", "literal_type", "dimensionality"}


def message_of(view: FileView, reference: Reference) -> tuple[cst.BaseExpression, str] | None:
    """The part of a reference that names a model with a message, and the message (``Blob``); None without."""
    if reference.name in _EXPORTED:
        return reference.node, reference.name.rpartition(".")[2]
    module, _, name = reference.name.rpartition(".")
    if module in _MODELS and name in _MESSAGES:
        return reference.node, name
    if reference.name in _MODELS and reference.rest and reference.rest[0] in _MESSAGES:
        owner = view.parent(reference.node)
        return (owner, reference.rest[0]) if isinstance(owner, cst.Attribute) else None
    return None


def makes_message(view: FileView, reference: Reference) -> bool:
    """Whether a reference names a model with a message, and gives it only fields that mean the same there."""
    found = message_of(view, reference)
    call = view.parent(found[0]) if found is not None else None
    given = call.args if found is not None and isinstance(call, cst.Call) and call.func is found[0] else ()
    return found is not None and not any(a.star or (a.keyword and a.keyword.value in _TIMES) for a in given)


def convert_messages(view: FileView, references: Iterable[Reference]) -> Iterator[Item]:
    """The models that are named become messages, which take keyword arguments only."""
    for reference in references:
        found = message_of(view, reference)
        if found is None:
            continue
        node, name = found
        module, fields = _MESSAGES[name]
        message = cst.Attribute(view.ref(module), cst.Name(name))
        yield Replace(node, lambda updated, message=message: message)  # type: ignore[misc]
        call = view.parent(node)
        if isinstance(call, cst.Call) and call.func is node:
            for arg, field in zip(call.args, fields, strict=False):
                if arg.keyword is None and not arg.star:
                    yield Replace(arg, lambda updated, field=field: _by_keyword(updated, field))  # type: ignore[misc]


def _by_keyword(arg: cst.Arg, field: str) -> cst.Arg:
    equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    return arg.with_changes(keyword=cst.Name(field), equal=equal)


# -- reading them ------------------------------------------------------------------------------------------------------


def message_edits(method: cst.FunctionDef, parameters: Iterable[str]) -> list[Item] | None:
    """The edits that make a method read the literals it is given as messages; None if it can't be told how.

    A field that is not set was None in a model; a message has an empty one, and is asked with ``HasField``.
    """
    given = set(parameters)
    roots = set(given)
    for node in walk(method.body):
        if isinstance(node, cst.Assign) and _chain(node.value, roots):
            roots |= {t.target.value for t in node.targets if isinstance(t.target, cst.Name)}
    edits: list[Item] = []
    for node in walk(method.body):
        if isinstance(node, cst.Attribute) and not _is_of_messages(_chain(node, roots)):
            return None
        if isinstance(node, cst.Call) and not all(_may_go_on(node, arg, roots) for arg in node.args):
            return None
        asked = _asked_for_none(node)
        if asked is not None and _chain(asked[0], roots):
            path = _chain(asked[0], roots)
            if len(path) == 1 and path[0] in given:
                continue
            if len(path) == 1 or path[-1] not in _OPTIONAL:
                return None
            edits.append(Replace(node, lambda updated, is_set=asked[1]: _has_field(updated.left, is_set)))  # type: ignore[misc]
        for test in _tests(node):
            path = _chain(test, roots)
            if len(path) > 1 and path[-1] in _OPTIONAL - _PLAIN:
                edits.append(Replace(test, lambda updated: _has_field(updated, True)))
            elif path and path[-1] not in _PLAIN:
                return None
    return edits


def _is_of_messages(path: list[str]) -> bool:
    """Whether a chain of attributes (empty where it is none of a literal) reads fields that messages have."""
    return all(f in _FIELDS and (f != "value" or owner == "binary") for owner, f in pairwise(path))


def _may_go_on(call: cst.Call, arg: cst.Arg, roots: set[str]) -> bool:
    """Whether what is called can take an argument for what it is: a plain value, or one that was a message before."""
    path = _chain(arg.value, roots)
    callee = _text(call.func).rpartition(".")[2]
    return not path or path[-1] in _PLAIN | {"generic"} or callee in _MESSAGES


def _asked_for_none(node: cst.CSTNode) -> tuple[cst.BaseExpression, bool] | None:
    """``x`` of ``x is None`` (or ``x is not None``, which asks whether it is set)."""
    if not isinstance(node, cst.Comparison) or len(node.comparisons) != 1:
        return None
    compared = node.comparisons[0]
    if not isinstance(compared.comparator, cst.Name) or compared.comparator.value != "None":
        return None
    return node.left, isinstance(compared.operator, (cst.IsNot, cst.NotEqual))


def _has_field(chain: cst.BaseExpression, is_set: bool) -> cst.BaseExpression:
    assert isinstance(chain, cst.Attribute)
    text = f'{{owner}}.HasField("{chain.attr.value}")'
    return expression(text if is_set else f"not {text}", owner=chain.value)


def _tests(node: cst.CSTNode) -> list[cst.BaseExpression]:
    """The expressions that a node asks for their truth."""
    if isinstance(node, (cst.If, cst.IfExp, cst.While, cst.Assert)):
        return [node.test]
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
        return [node.expression]
    if isinstance(node, cst.BooleanOperation):
        left, right = node.left, node.right
        # `x.type and x.type.columns`: what is empty has no columns.
        follows = isinstance(node.operator, cst.And) and _text(right).startswith(_text(left) + ".")
        return [right] if follows else [left, right]
    return []


def _chain(node: cst.CSTNode, roots: set[str]) -> list[str]:
    """``["lv", "scalar", "blob"]`` for a chain that starts with one of these names; else empty."""
    path: list[str] = []
    while isinstance(node, cst.Attribute):
        path.insert(0, node.attr.value)
        node = node.value
    return [node.value, *path] if isinstance(node, cst.Name) and node.value in roots else []


def _text(node: cst.BaseExpression) -> str:
    return cst.Module([]).code_for_node(node)
