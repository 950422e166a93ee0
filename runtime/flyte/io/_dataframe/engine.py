"""Which code stores and reads a kind of frame in a format."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, TypeVar

from ...storage import protocol_of
from .literals import (
    DatasetColumn,
    StructuredDataset,
    StructuredDatasetMetadata,
    StructuredDatasetType,
    as_message,
)

T = TypeVar("T")

_ANY_FORMAT = ""
_ANY_PROTOCOL = "fsspec"


class DuplicateHandlerError(ValueError):
    """A handler for the same type, protocol and format exists."""


class _Handler(Generic[T]):
    def __init__(self, python_type: type[T], protocol: str | None = None, supported_format: str | None = None) -> None:
        self._python_type = python_type
        self._protocol = protocol.replace("://", "") if protocol else None
        self._supported_format = supported_format or _ANY_FORMAT

    @property
    def python_type(self) -> type[T]:
        """The frame type."""
        return self._python_type

    @property
    def protocol(self) -> str | None:
        """The protocol of the storage; None for all."""
        return self._protocol

    @property
    def supported_format(self) -> str:
        """The format; "" for all."""
        return self._supported_format


class DataFrameEncoder(_Handler[T], ABC):
    """Stores frames of one type."""

    def __init__(self, python_type: type[T], protocol: str | None = None, supported_format: str | None = None) -> None:
        super().__init__(python_type, protocol, supported_format)

    @abstractmethod
    async def encode(self, dataframe: Any, structured_dataset_type: StructuredDatasetType) -> StructuredDataset:
        """Store `dataframe.val`, at `dataframe.uri` if that is set, and say where it is."""


class DataFrameDecoder(_Handler[T], ABC):
    """Reads frames of one type."""

    def __init__(
        self,
        python_type: type[T],
        protocol: str | None = None,
        supported_format: str | None = None,
        additional_protocols: list[str] | None = None,
    ) -> None:
        super().__init__(python_type, protocol, supported_format)

    @abstractmethod
    async def decode(self, flyte_value: StructuredDataset, current_task_metadata: StructuredDatasetMetadata) -> Any:
        """Read the table, only the columns the metadata names if it names any."""


_Handlers = dict[type, dict[str, dict[str, Any]]]


class DataFrameTransformerEngine:
    """The registered encoders and decoders (upstream: `flyte.io.extend.DataFrameTransformerEngine`)."""

    ENCODERS: ClassVar[_Handlers] = {}
    DECODERS: ClassVar[_Handlers] = {}
    DEFAULT_PROTOCOLS: ClassVar[dict[type, str]] = {}
    DEFAULT_FORMATS: ClassVar[dict[type, str]] = {}
    Renderers: ClassVar[dict[type, Any]] = {}

    @classmethod
    def register(
        cls,
        h: DataFrameEncoder[Any] | DataFrameDecoder[Any],
        default_for_type: bool = False,
        override: bool = False,
        default_format_for_type: bool = False,
        default_storage_for_type: bool = False,
    ) -> None:
        """Add a handler. One for all protocols that exists already stays, unless `override`.

        Raises:
            TypeError: for anything but an encoder or decoder.
            ValueError: for a default that would hold for all protocols, or an empty protocol.
            DuplicateHandlerError: when a handler of one protocol exists.
        """
        if not isinstance(h, (DataFrameEncoder, DataFrameDecoder)):
            raise TypeError(f"We don't support this type of handler {h}")
        if h.protocol is None and default_for_type:
            raise ValueError(f"Registering SD handler {h} with all protocols should never have default specified.")
        handlers = cls._handlers_of(h)
        if h.supported_format in handlers and not override:
            if h.protocol is None:
                return
            raise DuplicateHandlerError(
                f"Already registered a handler for {(h.python_type, h.protocol, h.supported_format)}"
            )
        handlers[h.supported_format] = h
        default_format = (default_format_for_type or default_for_type) and h.supported_format != _ANY_FORMAT
        if default_format and (override or h.python_type not in cls.DEFAULT_FORMATS):
            cls.DEFAULT_FORMATS[h.python_type] = h.supported_format
        if default_storage_for_type or default_for_type:
            cls.DEFAULT_PROTOCOLS[h.python_type] = h.protocol or _ANY_PROTOCOL

    @classmethod
    def _handlers_of(cls, h: DataFrameEncoder[Any] | DataFrameDecoder[Any]) -> dict[str, Any]:
        top = cls.ENCODERS if isinstance(h, DataFrameEncoder) else cls.DECODERS
        protocol = "file" if h.protocol == "/" else h.protocol or _ANY_PROTOCOL
        return top.setdefault(h.python_type, {}).setdefault(protocol, {})

    @classmethod
    def register_renderer(cls, python_type: type, renderer: Any) -> None:
        """Show frames of a type with `renderer.to_html(frame)`."""
        cls.Renderers[python_type] = renderer

    @classmethod
    def get_encoder(cls, df_type: type, protocol: str, format: str) -> DataFrameEncoder[Any]:  # noqa: A002
        """The encoder of a type; ValueError when there is none."""
        found: DataFrameEncoder[Any] = cls._find(cls.ENCODERS, df_type, protocol, format)
        return found

    @classmethod
    def get_decoder(cls, df_type: type, protocol: str, format: str) -> DataFrameDecoder[Any]:  # noqa: A002
        """The decoder of a type; ValueError when there is none."""
        found: DataFrameDecoder[Any] = cls._find(cls.DECODERS, df_type, protocol, format)
        return found

    @classmethod
    def _find(cls, handlers: _Handlers, df_type: type, protocol: str, stored_as: str) -> Any:
        of_type = handlers.get(df_type, {})
        own = of_type.get(protocol, {})
        if stored_as in own:
            return own[stored_as]
        default = cls.DEFAULT_FORMATS.get(df_type, _ANY_FORMAT)
        general = of_type.get(_ANY_PROTOCOL, {})
        candidates = [
            own.get(_ANY_FORMAT) or own.get(default) or (next(iter(own.values())) if len(own) == 1 else None),
            general.get(stored_as) or general.get(_ANY_FORMAT),
        ]
        if stored_as == _ANY_FORMAT:
            candidates.append(general.get(default) or (next(iter(general.values())) if len(general) == 1 else None))
        for candidate in candidates:
            if candidate is not None:
                return candidate
        raise ValueError(f"Failed to find a handler for {df_type}, protocol [{protocol}], fmt ['{stored_as}']")

    @classmethod
    async def encode(cls, dataframe: Any, df_type: type, folder: str, dataset_type: StructuredDatasetType) -> Any:
        """Store a frame; the format of the result is that of the encoder that was found."""
        protocol = cls.DEFAULT_PROTOCOLS.get(df_type) or protocol_of(dataframe.uri or folder)
        encoder = cls.get_encoder(df_type, protocol, dataset_type.format)
        stored = await encoder.encode(dataframe, as_message(dataset_type))
        columns = [DatasetColumn(c.name, c.literal_type) for c in stored.metadata.structured_dataset_type.columns]
        described = StructuredDatasetType(columns, encoder.supported_format)
        return StructuredDataset(stored.uri, StructuredDatasetMetadata(described))

    @classmethod
    async def open_as(cls, sd: Any, df_type: type, updated_metadata: Any) -> Any:
        """Read a stored table as a frame type; ValueError when nothing can."""
        decoder = cls.get_decoder(df_type, protocol_of(sd.uri), sd.metadata.structured_dataset_type.format)
        return await decoder.decode(sd, updated_metadata)

    @classmethod
    async def iter_as(cls, sd: Any, df_type: type, updated_metadata: Any) -> Any:
        """An async iterator over a table; KeyError unless a decoder of exactly this protocol and format exists."""
        decoder = cls.DECODERS[df_type][protocol_of(sd.uri)][sd.metadata.structured_dataset_type.format]
        result = decoder.decode(sd, updated_metadata)
        if not hasattr(result, "__aiter__"):
            raise ValueError(f"Decoder {decoder} didn't return an async iterator {result} but should have from {sd}")
        return result
