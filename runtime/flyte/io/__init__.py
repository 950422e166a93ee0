"""Types for data that is handed on by reference (upstream: `flyte.io`; MAPPING section 6)."""

from __future__ import annotations

from ._dataframe import PARQUET, DataFrame
from ._dir import Dir, EmptyDir
from ._file import File
from ._hashing_io import HashFunction

__all__ = ["PARQUET", "DataFrame", "Dir", "EmptyDir", "File", "HashFunction"]
