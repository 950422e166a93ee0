"""References to tables, and the frames they are read as."""

from __future__ import annotations

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
