"""How references cross task borders: by their address, never by their content."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, get_origin

from .. import _strict, storage
from .._convert import Hashed, register_transformer
from .._structured import TypeTransformerFailedError


def register_reference(kind: type[Any], name: str) -> None:
    """Carry `kind` and its bracketed forms.

    A value of another type is refused (MAPPING TRAP-13). The name and the hash method do not travel: the callee's
    reference is named after its path.
    """

    def carried(annotation: Any) -> bool:
        found = get_origin(annotation) or annotation
        return isinstance(found, type) and issubclass(found, kind)

    def assert_type(annotation: Any, value: Any) -> None:
        if not isinstance(value, annotation):
            raise TypeTransformerFailedError(
                f"Expected value of type {annotation} but got '{value}' of type {type(value)}"
            )

    def to_wire(value: Any, annotation: Any) -> Any:
        if not isinstance(value, kind):
            raise TypeTransformerFailedError(f"Expected {name} object, received {type(value)}")
        _require_existing(value, name)
        # Upstream's deferred upload of a reference made outside a run answers with a hash of its own, locally None.
        digest = None if value._made_outside_run else value.hash or None
        wire = {"path": value.path, "format": value.format, "hash": digest}
        return Hashed(wire, digest) if digest else wire

    def from_wire(wire: Any, annotation: Any) -> Any:
        return annotation(path=wire["path"], name=Path(wire["path"]).name, format=wire["format"], hash=wire["hash"])

    register_transformer(carried, to_wire, from_wire, name=name, assert_type=assert_type)


def _require_existing(value: Any, name: str) -> None:
    if not _strict.enabled() or storage.is_remote(value.path) or getattr(value, "is_empty", False):
        return
    if not os.path.exists(storage.local_path(value.path)):
        _strict.fail(
            "missing-file",
            f"{name} {value.path!r} is handed to a task, but nothing exists there.",
            "Write it first, or make the reference with `from_local_sync`, which checks.",
        )
