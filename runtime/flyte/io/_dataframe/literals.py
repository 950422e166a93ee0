"""What is known about a stored table. Plain stand-ins for upstream's protocol messages, with the same attributes."""

from __future__ import annotations

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
