"""The frame types known from the start: pandas, Arrow and polars, each only once the program has imported it."""

from __future__ import annotations

import functools
import os
import pickle
import sys
from pathlib import Path
from typing import Any

from ... import storage
from ..._context import internal_ctx
from .engine import DataFrameDecoder, DataFrameEncoder, DataFrameTransformerEngine
from .literals import StructuredDataset, StructuredDatasetMetadata, StructuredDatasetType

PARQUET = "parquet"
CSV = "csv"
_FIRST_PART = "00000"
_CSV_FILE = "data.csv"


def _folder_of(dataframe: Any) -> str:
    uri = dataframe.uri or internal_ctx().raw_data.get_random_remote_path()
    if not storage.is_remote(uri):
        Path(storage.local_path(uri)).mkdir(parents=True, exist_ok=True)
    return str(uri)


def _stored(uri: str, dataset_type: StructuredDatasetType, stored_as: str) -> StructuredDataset:
    dataset_type.format = stored_as
    return StructuredDataset(uri, StructuredDatasetMetadata(dataset_type))


def _wanted_columns(metadata: StructuredDatasetMetadata) -> list[str] | None:
    return [column.name for column in metadata.structured_dataset_type.columns] or None


@functools.lru_cache(maxsize=1)
def _has_arrow() -> bool:
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        return False
    return True


class _PandasToParquet(DataFrameEncoder[Any]):
    """Parquet as upstream writes it; without pyarrow a pickle in the same place, read back the same way."""

    async def encode(self, dataframe: Any, structured_dataset_type: StructuredDatasetType) -> StructuredDataset:
        folder = _folder_of(dataframe)
        part = os.path.join(folder, _FIRST_PART)
        if _has_arrow():
            dataframe.val.to_parquet(part, coerce_timestamps="us", allow_truncated_timestamps=False)
        else:
            _require_frame(dataframe.val, "to_parquet")
            with storage.open_file(part, "wb") as target:
                pickle.dump(dataframe.val, target)
        return _stored(folder, structured_dataset_type, PARQUET)


class _ParquetToPandas(DataFrameDecoder[Any]):
    async def decode(self, flyte_value: StructuredDataset, current_task_metadata: StructuredDatasetMetadata) -> Any:
        columns = _wanted_columns(current_task_metadata)
        if _has_arrow():
            import pandas

            return pandas.read_parquet(flyte_value.uri, columns=columns)
        frame = _unpickled(flyte_value.uri)
        return frame if columns is None else frame[columns]


def _require_frame(value: Any, method: str) -> None:
    # The same AttributeError that calling the method would give.
    getattr(value, method)


def _unpickled(uri: str) -> Any:
    part = os.path.join(storage.local_path(uri), _FIRST_PART)
    if not os.path.exists(part):
        raise ImportError(f"Reading {uri} as Parquet needs pyarrow, which is not installed.")
    with open(part, "rb") as source:
        return pickle.load(source)


class _PandasToCSV(DataFrameEncoder[Any]):
    async def encode(self, dataframe: Any, structured_dataset_type: StructuredDatasetType) -> StructuredDataset:
        folder = _folder_of(dataframe)
        dataframe.val.to_csv(storage.join(folder, _CSV_FILE), index=False)
        return _stored(folder, structured_dataset_type, CSV)


class _CSVToPandas(DataFrameDecoder[Any]):
    async def decode(self, flyte_value: StructuredDataset, current_task_metadata: StructuredDatasetMetadata) -> Any:
        import pandas

        uri = flyte_value.uri
        # As upstream, all columns are read.
        with storage.open_file(uri if uri.endswith(".csv") else storage.join(uri, _CSV_FILE), "rb") as source:
            return pandas.read_csv(source)


class _ArrowToParquet(DataFrameEncoder[Any]):
    async def encode(self, dataframe: Any, structured_dataset_type: StructuredDatasetType) -> StructuredDataset:
        import pyarrow.parquet

        folder = _folder_of(dataframe)
        with storage.open_file(os.path.join(folder, _FIRST_PART), "wb") as target:
            pyarrow.parquet.write_table(dataframe.val, target)
        return _stored(folder, structured_dataset_type, PARQUET)


class _ParquetToArrow(DataFrameDecoder[Any]):
    async def decode(self, flyte_value: StructuredDataset, current_task_metadata: StructuredDatasetMetadata) -> Any:
        import pyarrow.parquet

        uri = storage.local_path(flyte_value.uri)
        return pyarrow.parquet.read_table(uri, columns=_wanted_columns(current_task_metadata))


class _PolarsToParquet(DataFrameEncoder[Any]):
    async def encode(self, dataframe: Any, structured_dataset_type: StructuredDatasetType) -> StructuredDataset:
        folder = _folder_of(dataframe)
        frame = dataframe.val
        (frame.collect() if hasattr(frame, "collect") else frame).write_parquet(os.path.join(folder, _FIRST_PART))
        return _stored(folder, structured_dataset_type, PARQUET)


class _ParquetToPolars(DataFrameDecoder[Any]):
    async def decode(self, flyte_value: StructuredDataset, current_task_metadata: StructuredDatasetMetadata) -> Any:
        import polars

        uri = storage.local_path(flyte_value.uri)
        pattern = os.path.join(uri, _FIRST_PART) if os.path.isdir(uri) else uri
        columns = _wanted_columns(current_task_metadata)
        if self.python_type is polars.LazyFrame:
            lazy = polars.scan_parquet(pattern)
            return lazy if columns is None else lazy.select(columns)
        return polars.read_parquet(pattern, columns=columns)


@functools.cache
def _register_pandas() -> None:
    import pandas

    register = DataFrameTransformerEngine.register
    register(_PandasToParquet(pandas.DataFrame, None, PARQUET), default_format_for_type=True)
    register(_ParquetToPandas(pandas.DataFrame, None, PARQUET), default_format_for_type=True)
    register(_PandasToCSV(pandas.DataFrame, None, CSV))
    register(_CSVToPandas(pandas.DataFrame, None, CSV))


@functools.cache
def _register_arrow() -> None:
    import pyarrow

    register = DataFrameTransformerEngine.register
    register(_ArrowToParquet(pyarrow.Table, None, PARQUET), default_format_for_type=True)
    register(_ParquetToArrow(pyarrow.Table, None, PARQUET), default_format_for_type=True)


@functools.cache
def _register_polars() -> None:
    import polars

    for frame in (polars.DataFrame, polars.LazyFrame):
        register = DataFrameTransformerEngine.register
        register(_PolarsToParquet(frame, None, PARQUET), default_format_for_type=True)
        register(_ParquetToPolars(frame, None, PARQUET), default_format_for_type=True)


_REGISTRATIONS = {"pandas": _register_pandas, "pyarrow": _register_arrow, "polars": _register_polars}


def register_imported_frames() -> None:
    """Register the frame types of the packages the program has imported."""
    for package, register in _REGISTRATIONS.items():
        if sys.modules.get(package) is not None:
            register()
