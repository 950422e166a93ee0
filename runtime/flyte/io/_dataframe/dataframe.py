"""References to tables."""

from __future__ import annotations

import asyncio
import weakref
from collections import OrderedDict
from typing import Any, ClassVar

from ... import storage
from ..._context import internal_ctx
from ..._convert import Hashed, register_transformer
from ..._structured import TypeTransformerFailedError
from .._awaitable import to_be_awaited
from .._hashing_io import HashMethod
from .._model import ReferenceModel
from .annotation import columns_of, read_annotation
from .engine import DataFrameTransformerEngine
from .frames import PARQUET, register_imported_frames
from .literals import StructuredDataset, StructuredDatasetMetadata, StructuredDatasetType

__all__ = ["PARQUET", "DataFrame"]


class DataFrame(ReferenceModel):
    """A reference to a table, whatever it is read as (upstream: `flyte.io.DataFrame`; MAPPING section 6.3).

    Args:
        uri: where the table is.
        format: how it is stored.
        hash: used for cache keys instead of the address.
    """

    model_fields: ClassVar[dict[str, Any]] = {"uri": None, "format": "", "hash": None}
    _text_fields = frozenset({"uri", "format", "hash"})
    _instead_of_ignored = "Write `DataFrame.wrap_df(df)` or `DataFrame.from_local_sync(df)`."

    uri: str | None
    format: str | None
    hash: str | None
    _raw_df: Any = None
    _metadata: StructuredDatasetMetadata | None = None
    _literal_sd: StructuredDataset | None = None
    _dataframe_type: type | None = None
    _made_outside_run: bool = False
    _hash_method: HashMethod | None = None

    def model_dump(self, **kwargs: Any) -> dict[str, Any]:
        """The address and format as a dictionary."""
        return {"uri": self.uri, "format": self.format}

    @classmethod
    def columns(cls) -> dict[str, type]:
        """The declared columns; none."""
        return {}

    @classmethod
    def column_names(cls) -> list[str]:
        """The names of the declared columns."""
        return list(cls.columns())

    @classmethod
    @to_be_awaited
    async def from_local(
        cls,
        df: Any,
        columns: OrderedDict[str, type[Any]] | None = None,
        remote_destination: str | None = None,
        hash_method: HashMethod | str | None = None,
    ) -> DataFrame:
        """As `from_local_sync`."""
        return cls._from_local(df, columns, remote_destination, hash_method)

    @classmethod
    def from_local_sync(
        cls,
        df: Any,
        columns: OrderedDict[str, type[Any]] | None = None,
        remote_destination: str | None = None,
        hash_method: HashMethod | str | None = None,
    ) -> DataFrame:
        """A reference to a frame in memory, stored when it crosses a task border (MAPPING TYP-51).

        Args:
            df: a frame of any registered type.
            columns: the columns readers get.
            remote_destination: where to store it.
            hash_method: the hash, or how to compute it from the frame.
        """
        return cls._from_local(df, columns, remote_destination, hash_method)

    @classmethod
    def _from_local(
        cls,
        df: Any,
        columns: OrderedDict[str, type[Any]] | None,
        remote_destination: str | None,
        hash_method: HashMethod | str | None,
    ) -> DataFrame:
        frame = cls.wrap_df(df, uri=remote_destination)
        frame._metadata = StructuredDatasetMetadata(StructuredDatasetType(columns=columns_of(columns)))
        if isinstance(hash_method, HashMethod):
            hash_method.update(df)
            frame.hash, frame._hash_method = hash_method.result(), hash_method
        else:
            frame.hash = hash_method
        frame._made_outside_run = not internal_ctx().has_raw_data and remote_destination is None
        return frame

    @classmethod
    def from_df(cls, val: Any | None = None, uri: str | None = None) -> DataFrame:
        """The older name of `wrap_df`."""
        return cls.wrap_df(val, uri=uri)

    @classmethod
    def wrap_df(cls, val: Any | None = None, uri: str | None = None) -> DataFrame:
        """A reference to a frame in memory, stored, at `uri` if given, when it crosses a task border."""
        frame = cls(uri=uri)
        frame._raw_df = val
        return frame

    @classmethod
    def from_existing_remote(
        cls,
        remote_path: str,
        format: str | None = None,  # noqa: A002 - upstream's name
        **kwargs: Any,
    ) -> DataFrame:
        """A reference to a stored table, here or at an address; nothing is read or checked."""
        return cls(uri=remote_path, format=format or "", **kwargs)

    @property
    def val(self) -> Any:
        """The frame in memory, if the reference was made from one."""
        return self._raw_df

    @property
    def metadata(self) -> StructuredDatasetMetadata | None:
        """What is known of a table that has crossed a task border."""
        return self._metadata

    @property
    def literal(self) -> StructuredDataset | None:
        """The stored table of a reference that has crossed a task border."""
        return self._literal_sd

    def open(self, dataframe_type: type) -> DataFrame:
        """Choose what to read the table as; `all` or `all_sync` then reads it (MAPPING TYP-55)."""
        register_imported_frames()
        self._dataframe_type = dataframe_type
        return self

    @to_be_awaited
    async def all(self) -> Any:
        """Read the table.

        Raises:
            ValueError: without `open` before, when nothing can read it as that type, or outside a run.
            AttributeError: for a frame that has not crossed a task border yet (MAPPING TYP-57).
        """
        return await self._read()

    def all_sync(self) -> Any:
        """As `all`. RuntimeError within async code, where `await ….all()` is meant."""
        return asyncio.run(self._read())

    async def _read(self) -> Any:
        kind = self._required_type()
        if self.uri is not None and self.val is None:
            self._literal_sd = _reference_to_stored(self, StructuredDatasetType())
            if self._metadata is None:
                self._metadata = self._literal_sd.metadata
        return await DataFrameTransformerEngine.open_as(self._literal_sd, kind, self._metadata)

    @to_be_awaited
    async def iter(self) -> Any:
        """An async iterator over the table, to be awaited first; needs a decoder that iterates (MAPPING TYP-56)."""
        return await DataFrameTransformerEngine.iter_as(self._literal_sd, self._required_type(), self._metadata)

    def _required_type(self) -> type:
        if self._dataframe_type is None:
            raise ValueError("No dataframe type set. Use open() to set the local dataframe type you want to use.")
        return self._dataframe_type


# --- crossing task borders ------------------------------------------------------------------------------------------

# The declared hash of a frame that was read, so that handing it on keeps the hash.
_hash_of_frame: dict[int, tuple[weakref.ref[Any], str]] = {}


def _reference_to_stored(frame: DataFrame, dataset_type: StructuredDatasetType) -> StructuredDataset:
    """A stored table as it is handed on; a local one is copied into the run's folder.

    Raises:
        ValueError: without an address.
        FileNotFoundError: when nothing is there.
    """
    if not frame.uri:
        raise ValueError(f"If dataframe is not specified, then the uri should be specified. {frame}")
    uri = frame.uri if storage.is_remote(frame.uri) else storage.upload(frame.uri, recursive=True)
    if not dataset_type.format:
        dataset_type.format = frame.format or ""
    return StructuredDataset(uri, StructuredDatasetMetadata(dataset_type))


def _store(frame: DataFrame, kind: type, dataset_type: StructuredDatasetType) -> StructuredDataset:
    folder = internal_ctx().raw_data.path
    stored: StructuredDataset = _run(DataFrameTransformerEngine.encode(frame, kind, folder, dataset_type))
    frame._literal_sd = stored
    return stored


def _run(coroutine: Any) -> Any:
    """Run a handler's coroutine to its end, from sync code that may itself run within an event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    import contextvars
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(contextvars.copy_context().run, asyncio.run, coroutine).result()


def _reference_to_wire(value: Any, annotation: Any) -> Any:
    declared = read_annotation(annotation)
    if not isinstance(value, DataFrame):
        raise TypeTransformerFailedError(
            f"Expected a DataFrame instance, but got {type(value)} instead. "
            "Did you forget to wrap your dataframe in a DataFrame instance?"
        )
    dataset_type = declared.dataset_type()
    register_imported_frames()
    if value._made_outside_run:
        # Upstream hands the bare frame to the encoder of the declared type, which for DataFrame itself does not exist.
        return _frame_to_wire(value.val, annotation, value.hash)
    if value._literal_sd is not None and value.val is not None:
        stored = value._literal_sd
    elif value.val is None:
        stored = _reference_to_stored(value, dataset_type)
    else:
        stored = _store(value, type(value.val), dataset_type)
    return _wire(stored, value.hash)


def _frame_to_wire(value: Any, annotation: Any, digest: str | None = None) -> Any:
    declared = read_annotation(annotation)
    if isinstance(value, DataFrame):
        return _reference_to_wire(value, annotation)
    register_imported_frames()
    remembered = _hash_of_frame.get(id(value))
    if remembered is not None and remembered[0]() is value:
        digest = remembered[1]
    if digest is None and declared.hash_method is not None:
        declared.hash_method.update(value)
        digest = declared.hash_method.result()
    dataset_type = declared.dataset_type()
    # As upstream, a format beside a concrete frame type is not used: the type's default is.
    dataset_type.format = DataFrameTransformerEngine.DEFAULT_FORMATS.get(declared.frame, "")
    return _wire(_store(DataFrame.wrap_df(value), declared.frame, dataset_type), digest)


def _wire(stored: StructuredDataset, digest: str | None) -> Any:
    dataset_type = stored.metadata.structured_dataset_type
    wire = {
        "uri": stored.uri,
        "format": dataset_type.format,
        "columns": [(column.name, column.literal_type) for column in dataset_type.columns],
        "hash": digest,
    }
    return Hashed(wire, digest) if digest else wire


def _from_wire(wire: Any, annotation: Any) -> Any:
    declared = read_annotation(annotation)
    dataset_type = declared.dataset_type()
    if not dataset_type.columns:
        dataset_type.columns = columns_of(dict(wire["columns"]))
    dataset_type.format = wire["format"]
    stored = StructuredDataset(wire["uri"], StructuredDatasetMetadata(dataset_type))
    if issubclass(declared.frame, DataFrame):
        frame = DataFrame(uri=wire["uri"], format=wire["format"], hash=wire["hash"])
        frame._literal_sd, frame._metadata = stored, stored.metadata
        return frame
    register_imported_frames()
    value = _run(DataFrameTransformerEngine.open_as(stored, declared.frame, stored.metadata))
    if wire["hash"]:
        try:
            _hash_of_frame[id(value)] = (weakref.ref(value), wire["hash"])
        except TypeError:
            return value
    return value


def _is_reference(annotation: Any) -> bool:
    declared = read_annotation(annotation).frame
    return isinstance(declared, type) and issubclass(declared, DataFrame)


def _is_frame(annotation: Any) -> bool:
    register_imported_frames()
    declared = read_annotation(annotation).frame
    return isinstance(declared, type) and declared in DataFrameTransformerEngine.ENCODERS


def _any_value(annotation: Any, value: Any) -> None:
    """Upstream checks no type here: a wrong value fails in the encoder."""


register_transformer(_is_reference, _reference_to_wire, _from_wire, name="DataFrame", assert_type=_any_value)
register_transformer(_is_frame, _frame_to_wire, _from_wire, name="Frame", assert_type=_any_value)
