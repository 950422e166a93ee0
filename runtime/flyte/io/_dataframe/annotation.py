"""What an annotation says about a table: columns, format, schema, hash."""

from __future__ import annotations

import collections
import datetime
import sys
from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass
from typing import Annotated, Any, get_args, get_origin

from .._hashing_io import HashMethod
from .literals import DatasetColumn, StructuredDatasetType

_COLUMN_TYPES = (int, float, bool, str, datetime.datetime, datetime.timedelta)
_NUMPY_COLUMN_TYPES = (
    "int32",
    "int64",
    "uint32",
    "uint64",
    "float32",
    "float64",
    "bool_",
    "datetime64",
    "timedelta64",
    "bytes_",
    "str_",
    "object_",
)


@dataclass(frozen=True)
class TableAnnotation:
    """The frame type and the metadata beside it."""

    frame: Any
    columns: Mapping[str, Any] | None = None
    format: str = ""
    schema: Any = None
    hash_method: HashMethod | None = None

    def dataset_type(self) -> StructuredDatasetType:
        """The metadata as it is stored; AssertionError for a column type that is not supported."""
        return StructuredDatasetType(
            columns=columns_of(self.columns),
            format=self.format,
            external_schema_type="arrow" if self.schema is not None else "",
            external_schema_bytes=self.schema.to_string().encode() if self.schema is not None else b"",
        )


def read_annotation(annotation: Any) -> TableAnnotation:
    """Take an `Annotated` frame type apart (MAPPING TYP-58, TYP-59, TYP-61); metadata of other kinds is ignored.

    Raises:
        ValueError: for two formats, hashes or schemas.
    """
    if get_origin(annotation) is not Annotated:
        return TableAnnotation(annotation)
    frame, *metadata = get_args(annotation)
    found: dict[str, Any] = {}
    for each in metadata:
        if isinstance(each, HashMethod):
            _once(found, "hash_method", each, "A hash method was already found {}, cannot use {}")
        elif isinstance(each, Mapping):
            found["columns"] = collections.OrderedDict(each)
        elif isinstance(each, str):
            _once(found, "format", each, "A format was already specified {}, cannot use {}")
        elif _is_arrow_schema(each):
            _once(found, "schema", each, "Arrow schema was already found {}, cannot use {}")
        elif hasattr(each, "__annotations__"):
            found["columns"] = collections.OrderedDict(each.__annotations__)
    return TableAnnotation(frame, **found)


def _once(found: dict[str, Any], name: str, value: Any, message: str) -> None:
    if name in found:
        raise ValueError(message.format(found[name], value))
    found[name] = value


def _is_arrow_schema(value: Any) -> bool:
    arrow = sys.modules.get("pyarrow")
    return arrow is not None and isinstance(value, arrow.Schema)


def columns_of(columns: Mapping[str, Any] | None) -> list[DatasetColumn]:
    """The columns of a mapping of names to types, nested ones by their dotted path.

    Raises:
        AssertionError: for a type that is not supported.
    """
    flat = _flatten(columns or {})
    for kind in flat.values():
        _check_column_type(kind)
    return [DatasetColumn(name, kind) for name, kind in flat.items()]


def _flatten(columns: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, kind in columns.items():
        path = f"{prefix}.{name}" if prefix else name
        if isinstance(kind, Mapping):
            flat |= _flatten(kind, path)
        elif is_dataclass(kind):
            flat |= _flatten({key: each.type for key, each in kind.__dataclass_fields__.items()}, path)
        elif hasattr(kind, "model_fields"):
            flat |= _flatten({key: each.annotation for key, each in kind.model_fields.items()}, path)
        else:
            flat[path] = kind
    return flat


def _check_column_type(kind: Any) -> None:
    numpy = sys.modules.get("numpy")
    numeric = tuple(getattr(numpy, name) for name in _NUMPY_COLUMN_TYPES) if numpy is not None else ()
    if kind in _COLUMN_TYPES or kind in numeric:
        return
    origin = getattr(kind, "__origin__", None)
    if origin is list:
        _check_column_type(get_args(kind)[0])
    elif origin is dict:
        _check_column_type(get_args(kind)[1])
    else:
        raise AssertionError(f"type {kind} is currently not supported by DataFrame")
