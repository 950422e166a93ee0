"""Frames with a schema. Upstream finds the plugin by its entry point; here it is imported when such a type is met."""

from __future__ import annotations

from typing import Any, get_origin

from ..._convert import register_transformer
from .annotation import read_annotation

_PACKAGE = "pandera"


def _is_typed_frame(annotation: Any) -> bool:
    declared = read_annotation(annotation).frame
    module = getattr(get_origin(declared) or declared, "__module__", "") or ""
    return module.split(".")[0] == _PACKAGE


def _assert_type(annotation: Any, value: Any) -> None:
    from flyteplugins.pandera.transformer import assert_typed_frame

    assert_typed_frame(annotation, value)


def _to_wire(value: Any, annotation: Any) -> Any:
    from flyteplugins.pandera.transformer import typed_frame_to_wire

    return typed_frame_to_wire(value, annotation)


def _from_wire(wire: Any, annotation: Any) -> Any:
    from flyteplugins.pandera.transformer import typed_frame_from_wire

    return typed_frame_from_wire(wire, annotation)


register_transformer(_is_typed_frame, _to_wire, _from_wire, name="Typed frame", assert_type=_assert_type)
