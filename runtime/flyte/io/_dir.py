"""References to directories."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from .. import storage
from .._context import internal_ctx
from ._awaitable import to_be_awaited
from ._crossing import register_reference
from ._file import File
from ._model import REQUIRED, Parametrised

T = TypeVar("T")

_EMPTY = "::flyte-empty-dir::"


class Dir(Parametrised, Generic[T]):
    """A reference to a directory (upstream: `flyte.io.Dir`; MAPPING section 6.2).

    Methods without `_sync` are coroutines. Local mode does not copy: a directory from a local path keeps that path.

    Args:
        path: local path or address.
        name: defaults to the last part of the path.
        format: free text.
        hash: used for cache keys instead of the path.

    Raises:
        KeyError: without a path.
        ValueError: for a path that is not text.
    """

    model_fields: ClassVar[dict[str, Any]] = {"path": REQUIRED, "name": None, "format": "", "hash": None}
    _text_fields = frozenset({"path", "name", "format", "hash"})

    path: str
    name: str | None
    format: str
    hash: str | None
    _made_outside_run: bool = False

    def __init__(self, **data: Any) -> None:
        if data.get("name") is None:
            data["name"] = Path(data["path"]).name
        super().__init__(**data)

    @property
    def is_empty(self) -> bool:
        """Whether this stands for no directory at all."""
        return self.path == _EMPTY

    @classmethod
    def empty(cls) -> Dir[Any]:
        """A reference that stands for no directory."""
        return EmptyDir()

    async def walk(self, recursive: bool = True, max_depth: int | None = None) -> AsyncIterator[File[T]]:
        """All files, as references; not recursive means two levels."""
        for path in storage.walk(self.path, max_depth if recursive else 2):
            yield File[T](path=path)

    def walk_sync(
        self, recursive: bool = True, file_pattern: str = "*", max_depth: int | None = None
    ) -> Iterator[File[T]]:
        """All files, as references. As upstream, only `max_depth` limits them (MAPPING TRAP-34)."""
        for path in storage.walk(self.path, max_depth):
            yield File[T](path=path)

    @to_be_awaited
    async def list_files(self) -> list[File[T]]:
        """The files of two levels."""
        return [file async for file in self.walk(recursive=False)]

    def list_files_sync(self) -> list[File[T]]:
        """All files, at any depth (MAPPING TRAP-34)."""
        return list(self.walk_sync(recursive=False))

    @to_be_awaited
    async def download(self, local_path: str | Path | None = None) -> str:
        """As `download_sync`."""
        return await asyncio.to_thread(self.download_sync, local_path)

    def download_sync(self, local_path: str | Path | None = None) -> str:
        """Bring the directory to a local path and return it; a local one stays where it is unless asked otherwise."""
        if storage.is_remote(self.path):
            target = local_path or storage.get_random_local_path() / Path(self.path).name
            return storage.download(self.path, target, recursive=True)
        if not local_path or local_path == self.path:
            return self.path
        shutil.copytree(storage.local_path(self.path), str(local_path), dirs_exist_ok=True)
        return str(local_path)

    @classmethod
    @to_be_awaited
    async def from_local(
        cls,
        local_path: str | Path,
        remote_destination: str | None = None,
        dir_cache_key: str | None = None,
        batch_size: int | None = None,
        chunk_size: int | None = None,
        max_concurrency: int | None = None,
    ) -> Dir[T]:
        """As `from_local_sync`."""
        return cls._from_local(local_path, remote_destination, dir_cache_key)

    @classmethod
    def from_local_sync(
        cls,
        local_path: str | Path,
        remote_destination: str | None = None,
        dir_cache_key: str | None = None,
        batch_size: int | None = None,
        chunk_size: int | None = None,
        max_concurrency: int | None = None,
    ) -> Dir[T]:
        """A reference to a local directory, copied only when `remote_destination` is given (MAPPING TYP-30)."""
        return cls._from_local(local_path, remote_destination, dir_cache_key)

    @classmethod
    def _from_local(cls, local_path: str | Path, remote_destination: str | None, key: str | None) -> Dir[T]:
        source = str(local_path)
        name = os.path.basename(os.path.normpath(source))
        if remote_destination is not None:
            return cls(path=storage.upload(source, remote_destination, recursive=True), name=name, hash=key)
        if internal_ctx().has_raw_data:
            return cls(path=str(Path(local_path).absolute()), name=name, hash=key)
        directory = cls(path=source, name=name, hash=key)
        directory._made_outside_run = True
        return directory

    @classmethod
    def new_remote(cls, dir_name: str | None = None, hash: str | None = None) -> Dir[T]:  # noqa: A002
        """A reference to a directory that is about to be made, in the run's folder (MAPPING TYP-36).

        Raises:
            ValueError: outside a run.
        """
        path = internal_ctx().raw_data.get_random_remote_path(dir_name)
        return cls(path=path, name=dir_name or os.path.basename(path), hash=hash)

    @classmethod
    def from_existing_remote(cls, remote_path: str, dir_cache_key: str | None = None) -> Dir[T]:
        """A reference to a directory that exists already, here or at an address; nothing is copied or checked."""
        return cls(path=remote_path, hash=dir_cache_key)

    @to_be_awaited
    async def exists(self) -> bool:
        """Whether the directory exists."""
        return storage.exists_sync(self.path)

    def exists_sync(self) -> bool:
        """Whether the directory exists."""
        return storage.exists_sync(self.path)

    @to_be_awaited
    async def get_file(self, file_name: str) -> File[T] | None:
        """As `get_file_sync`."""
        return self.get_file_sync(file_name)

    def get_file_sync(self, file_name: str) -> File[T] | None:
        """A reference to a file in the directory, or None when there is none (MAPPING TYP-38)."""
        file = File[T](path=os.path.join(self.path, file_name))
        return file if file.exists_sync() else None


class EmptyDir(Dir):  # type: ignore[type-arg]
    """A reference that stands for no directory."""

    def __init__(self, **data: Any) -> None:
        super().__init__(**{"name": "", **data, "path": _EMPTY})


register_reference(Dir, "Dir")
