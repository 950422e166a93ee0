"""Artifacts: outputs published under a name (upstream: `flyte.artifacts`; MAPPING IMP-30, TYP-86).

Locally nothing is published: the metadata is held and checked, and the value travels as it is.
"""

from __future__ import annotations

import copy
import hashlib
import pathlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Protocol, TypeVar, cast, runtime_checkable

from ._context import ctx, internal_ctx
from .syncify import syncify

__all__ = [
    "KIND_KEY",
    "MAX_PARENTS",
    "Artifact",
    "Card",
    "CardFormat",
    "CardType",
    "Granularity",
    "Kind",
    "Metadata",
    "TimePartition",
    "new",
    "produces",
]

KIND_KEY = "flyte.io/kind"
MAX_PARENTS = 32

Kind = Literal["model", "data", "generic"]
CardType = Literal["model", "data", "generic"]
CardFormat = Literal["html", "md", "json", "yaml", "csv", "tsv", "png", "jpg", "jpeg"]
Granularity = Literal["hour", "day", "week", "month"]

_GRANULARITIES = ("hour", "day", "week", "month")
_CONTEXT_KEY = "_u_produced_artifacts"

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Card:
    """A page shown with an artifact."""

    uri: str
    format: CardFormat = "html"
    card_type: CardType = "generic"

    @syncify
    @classmethod
    async def create_from(
        cls,
        *,
        content: str | None = None,
        local_path: pathlib.Path | None = None,
        format: CardFormat = "html",  # noqa: A002 - upstream's name
        card_type: CardType = "generic",
    ) -> Card:
        """Store a page, given as text or as a file, in the output folder of the running task.

        Raises:
            ValueError: without content or file.
        """
        if not content and not local_path:
            raise ValueError("Either content or local_path must be provided to upload a card.")
        data = content.encode("utf-8") if content else cast(pathlib.Path, local_path).read_bytes()
        context = ctx()
        if not context:
            from .remote import upload_file

            _, uri = await upload_file.aio(local_path)
            return Card(uri=uri, format=format, card_type=card_type)
        name = f"{card_type}-{hashlib.sha256(data).hexdigest()[:16]}.{format}"
        path = pathlib.Path(context.output_path) / "cards" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return Card(uri=str(path), format=format, card_type=card_type)


@dataclass(frozen=True)
class TimePartition:
    """A time a version stands for.

    Raises:
        ValueError: for an unknown granularity.
        TypeError: for a value that is no date or datetime.
    """

    value: date | datetime
    granularity: Granularity = "day"

    def __post_init__(self) -> None:
        if self.granularity not in _GRANULARITIES:
            raise ValueError(
                f"Unknown time partition granularity {self.granularity!r}; use one of {list(_GRANULARITIES)}"
            )
        if not isinstance(self.value, date):
            raise TypeError(f"TimePartition value must be a date or datetime, got {type(self.value).__name__}")


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """What an output is published as.

    Raises:
        ValueError: for partitions without key or value, two time partitions, or too many or empty parents.
        TypeError: for a parent that is no version.
    """

    name: str
    version: str | None = None
    description: str | None = None
    attrs: Mapping[str, str] | None = None
    card: Card | None = None
    kind: Kind | None = None
    partitions: Mapping[str, Any] | None = None
    parents: tuple[Any, ...] | None = None
    version_from_content: bool = False

    def __post_init__(self) -> None:
        _check_parents(self.parents)
        _check_partitions(self.partitions or {})

    @classmethod
    def create_model_metadata(
        cls,
        *,
        name: str,
        version: str | None = None,
        description: str | None = None,
        card: Card | None = None,
        framework: str | None = None,
        model_type: str | None = None,
        architecture: str | None = None,
        task: str | None = None,
        modality: tuple[str, ...] = ("text",),
        serial_format: str = "safetensors",
        attrs: Mapping[str, str] | None = None,
        partitions: Mapping[str, Any] | None = None,
    ) -> Metadata:
        """The metadata of a model."""
        described = {
            **(attrs or {}),
            KIND_KEY: "model",
            "framework": framework or "",
            "model_type": model_type or "",
            "architecture": architecture or "",
            "task": task or "",
            "modality": ",".join(modality) if modality else "",
            "serial_format": serial_format or "",
        }
        return cls(
            name=name, version=version, description=description, attrs=described, card=card, partitions=partitions
        )


def _check_parents(parents: tuple[Any, ...] | None) -> None:
    if parents is None:
        return
    if len(parents) > MAX_PARENTS:
        raise ValueError(f"an artifact version may declare at most {MAX_PARENTS} parents, got {len(parents)}")
    for index, parent in enumerate(parents):
        if parent == "":
            raise ValueError(f"parents[{index}] is an empty version string")
        if not isinstance(parent, str) and type(parent).__name__ != "ArtifactVersionId":
            raise TypeError(
                f"parents[{index}] must be a version string or an ArtifactVersionId, got {type(parent).__name__}"
            )


def _check_partitions(partitions: Mapping[str, Any]) -> None:
    time_key: str | None = None
    for key, value in partitions.items():
        if not key:
            raise ValueError("Partition keys must be non-empty strings")
        if value is None:
            raise ValueError(
                f"Partition {key!r} is None. A partition value must be a date, datetime, TimePartition, or a value "
                "with a string form; an unset value is almost always a mistake."
            )
        if isinstance(value, (date, TimePartition)):
            if time_key is not None:
                raise ValueError(
                    f"An artifact can carry at most one time partition; both {time_key!r} and {key!r} hold time "
                    "values. Make one of them a string."
                )
            time_key = key


@runtime_checkable
class Artifact(Protocol):
    """Anything that says what it is to be published as."""

    def get_artifact_metadata(self) -> Metadata | None:
        """The metadata, or None to publish nothing."""
        ...


class ArtifactWrapper:
    """A value with metadata; in every other respect, its class included, the value itself."""

    __slots__ = ("_flyte_metadata", "_obj")

    def __init__(self, obj: Any, metadata: Metadata) -> None:
        object.__setattr__(self, "_obj", obj)
        object.__setattr__(self, "_flyte_metadata", metadata)

    def __getattribute__(self, name: str) -> Any:
        if name == "get_artifact_metadata":
            return object.__getattribute__(self, name)
        if name == "_flyte_metadata":
            return object.__getattribute__(self, name)
        value = object.__getattribute__(self, "_obj")
        if name in ("_obj", "__flyte_artifact_value__"):
            return value
        return type(value) if name == "__class__" else getattr(value, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._obj, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._obj, name)

    def get_artifact_metadata(self) -> Metadata:
        """A copy of the metadata."""
        metadata: Metadata = copy.deepcopy(self._flyte_metadata)
        return metadata

    def __str__(self) -> str:
        return str(self._obj)

    def __repr__(self) -> str:
        return f"Artifact[{type(self._obj).__name__}]({self._obj})"


def new(obj: T, metadata: Metadata) -> T:
    """A value to be returned from a task and published.

    Raises:
        TypeError: unless it is a File, Dir or DataFrame, or says itself what it is published as.
    """
    from .io import DataFrame, Dir, File

    if not isinstance(obj, (File, Dir, DataFrame)) and (isinstance(obj, type) or not isinstance(obj, Artifact)):
        raise TypeError(
            f"values of type {type(obj).__name__!r} cannot be artifacts; artifacts are offloaded "
            "assets: flyte.io.File, flyte.io.Dir, or flyte.io.DataFrame "
            "(wrap a raw dataframe with DataFrame.from_df())"
        )
    return cast(T, ArtifactWrapper(obj, metadata))


@contextmanager
def produces(**outputs: Metadata) -> Iterator[None]:
    """Declare, for the tasks called in the block, what their outputs are published as."""
    context = internal_ctx()
    task_context = context.data.task_context
    if task_context is None:
        yield
        return
    custom = {**task_context.custom_context, _CONTEXT_KEY: repr(outputs)}
    with context.replace_task_context(task_context.replace(custom_context=custom)):
        yield
