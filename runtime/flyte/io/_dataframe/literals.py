"""What is known about a stored table. Plain stand-ins for upstream's protocol messages, with the same attributes."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Any


@dataclass
class DatasetColumn:
    """A column and its declared type."""

    name: str
    literal_type: Any = None


@dataclass
class StructuredDatasetType:
    """The columns to read and the storage format; no columns means all."""

    columns: list[DatasetColumn] = field(default_factory=list)
    format: str = ""
    external_schema_type: str = ""
    external_schema_bytes: bytes = b""


@dataclass
class StructuredDatasetMetadata:
    """What describes a table."""

    structured_dataset_type: StructuredDatasetType = field(default_factory=StructuredDatasetType)


@dataclass
class StructuredDataset:
    """A stored table: where it is and what describes it."""

    uri: str
    metadata: StructuredDatasetMetadata = field(default_factory=StructuredDatasetMetadata)


def as_message(dataset_type: StructuredDatasetType) -> Any:
    """The protocol message that a program which builds messages itself expects; else the stand-in."""
    types_pb2 = sys.modules.get("flyteidl2.core.types_pb2")
    if types_pb2 is None:
        return dataset_type
    message = types_pb2.StructuredDatasetType
    columns = [message.DatasetColumn(name=column.name) for column in dataset_type.columns]
    return message(columns=columns, format=dataset_type.format)
