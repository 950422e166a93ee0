"""References to tables, and the frames they are read as."""

from __future__ import annotations

from . import validated as _validated  # noqa: F401 - registers itself
from .dataframe import PARQUET, DataFrame
from .engine import DataFrameDecoder, DataFrameEncoder, DataFrameTransformerEngine, DuplicateHandlerError

__all__ = [
    "PARQUET",
    "DataFrame",
    "DataFrameDecoder",
    "DataFrameEncoder",
    "DataFrameTransformerEngine",
    "DuplicateHandlerError",
]
