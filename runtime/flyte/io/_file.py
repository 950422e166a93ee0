"""References to files."""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO, Any, ClassVar, Generic, TypeVar

from .. import storage
from .._context import internal_ctx
from .._initialize import is_initialized
from ..errors import InitializationError
from ._awaitable import to_be_awaited
from ._crossing import register_reference
from ._hashing_io import HashingWriter, HashMethod
from ._local_handle import AsyncHandle
from ._model import REQUIRED, Parametrised

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


def requires_initialization(fn: F) -> F:
    """`fn`, refused with InitializationError until `flyte.init` was called, even within a local run."""

    @functools.wraps(fn)
    def call(*args: Any, **kwargs: Any) -> Any:
        if not is_initialized():
            raise InitializationError(
                "NotInitConfiguredError",
                "user",
                f"Function '{fn.__name__}' requires initialization. "
                "Call flyte.init() before using this function"
                " or Call flyte.init_from_config() with a valid path to the config file.",
            )
        return fn(*args, **kwargs)

    return call  # type: ignore[return-value]


class File(Parametrised, Generic[T]):
    """A reference to a file (upstream: `flyte.io.File`; MAPPING section 6.1).

    Methods without `_sync` are coroutines. Local mode does not copy: a file made from a local path keeps that path, and
    downloading it gives the path itself (TRAP-33). A `File` is not path-like (TRAP-15).

    Args:
        path: local path or address.
        name: defaults to the last part of the path.
        format: free text.
        hash: used for cache keys instead of the path.
        hash_method: how to compute the hash while writing; does not travel with the reference.

    Raises:
        KeyError: without a path.
        ValueError: for a path that is not text.
    """

    model_fields: ClassVar[dict[str, Any]] = {
        "path": REQUIRED,
        "name": None,
        "format": "",
        "hash": None,
        "hash_method": None,
    }
    _text_fields = frozenset({"path", "name", "format", "hash"})
    _unsaved_fields = frozenset({"hash_method"})

    path: str
    name: str | None
    format: str
    hash: str | None
    hash_method: HashMethod | None
    _made_outside_run: bool = False

    def __init__(self, **data: Any) -> None:
        if data.get("name") is None:
            data["name"] = Path(data["path"]).name
        super().__init__(**data)

    @classmethod
    @requires_initialization
    def new_remote(cls, file_name: str | None = None, hash_method: HashMethod | str | None = None) -> File[T]:
        """A reference to a file that is about to be written, in the run's folder.

        Raises:
            ValueError: outside a run.
        """
        known, method = _hash_of(hash_method)
        path = internal_ctx().raw_data.get_random_remote_path(file_name=file_name)
        return cls(path=path, hash=known, hash_method=method)

    @classmethod
    @requires_initialization
    def named_remote(cls, name: str) -> File[T]:
        """A reference to a file that is about to be written, at the same path in every attempt.

        Raises:
            ValueError: outside a run.
        """
        task_context = internal_ctx().data.task_context
        if task_context is None:
            raise ValueError("File.named_remote() requires an active task execution context.")
        folder = Path(task_context.run_base_dir)
        folder.mkdir(parents=True, exist_ok=True)
        return cls(path=str((folder / name).absolute()))

    @classmethod
    def from_existing_remote(cls, remote_path: str, file_cache_key: str | None = None) -> File[T]:
        """A reference to a file that exists already, here or at an address; nothing is copied or checked."""
        return cls(path=remote_path, hash=file_cache_key)

    def open(
        self,
        mode: str = "rb",
        block_size: int | None = None,
        cache_type: str = "readahead",
        cache_options: dict[str, Any] | None = None,
        compression: str | None = None,
        **kwargs: Any,
    ) -> AbstractAsyncContextManager[Any]:
        """Open the file from async code: `async with file.open() as f: data = await f.read()`."""
        return self._open(mode, compression if storage.is_remote(self.path) else None, **kwargs)

    @asynccontextmanager
    async def _open(self, mode: str, compression: str | None, **kwargs: Any) -> AsyncIterator[AsyncHandle]:
        handle = AsyncHandle(storage.open_file(self.path, mode, compression, **kwargs))
        try:
            yield handle
        finally:
            await handle.close()

    @contextmanager
    def open_sync(
        self,
        mode: str = "rb",
        block_size: int | None = None,
        cache_type: str = "readahead",
        cache_options: dict[str, Any] | None = None,
        compression: str | None = None,
        **kwargs: Any,
    ) -> Iterator[IO[Any]]:
        """Open the file: `with file.open_sync("r") as f: text = f.read()`."""
        with storage.open_file(self.path, mode, compression, **kwargs) as handle:
            yield handle

    @to_be_awaited
    async def exists(self) -> bool:
        """Whether the file exists."""
        return storage.exists_sync(self.path)

    def exists_sync(self) -> bool:
        """Whether the file exists."""
        return storage.exists_sync(self.path)

    @to_be_awaited
    async def download(self, local_path: str | Path | None = None) -> str:
        """As `download_sync`."""
        return self._download(local_path, shutil.copyfile)

    def download_sync(self, local_path: str | Path | None = None) -> str:
        """Bring the file to a local path and return it.

        A local file stays where it is unless another path is asked for. A directory, or a path ending in a separator,
        gets the file under its own name.
        """
        return self._download(local_path, shutil.copy2)

    def _download(self, local_path: str | Path | None, copy: Callable[[str, str], Any]) -> str:
        if not storage.is_remote(self.path) and (
            local_path is None or Path(local_path).absolute() == Path(self.path).absolute()
        ):
            return self.path
        if local_path is None:
            return storage.download(self.path, storage.get_random_local_path(self.path))
        target = str(Path(local_path).absolute()) + (os.sep if str(local_path).endswith(os.sep) else "")
        if storage.is_remote(self.path):
            return storage.download(self.path, target)
        if target.endswith(os.sep) or os.path.isdir(target):
            target = str(Path(target) / Path(self.path).name)
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        copy(storage.local_path(self.path), target)
        return target

    @classmethod
    @requires_initialization
    def from_local_sync(
        cls,
        local_path: str | Path,
        remote_destination: str | None = None,
        hash_method: HashMethod | str | None = None,
        chunk_size: int | None = None,
        max_concurrency: int | None = None,
    ) -> File[T]:
        """A reference to a local file, copied only when `remote_destination` is given (MAPPING TYP-01, TYP-22).

        Raises:
            ValueError: when the file does not exist.
        """
        return cls._from_local(local_path, remote_destination, hash_method)

    @classmethod
    @requires_initialization
    @to_be_awaited
    async def from_local(
        cls,
        local_path: str | Path,
        remote_destination: str | None = None,
        hash_method: HashMethod | str | None = None,
        chunk_size: int | None = None,
        max_concurrency: int | None = None,
    ) -> File[T]:
        """As `from_local_sync`."""
        return cls._from_local(local_path, remote_destination, hash_method)

    @classmethod
    def _from_local(
        cls, local_path: str | Path, remote_destination: str | None, hash_method: HashMethod | str | None
    ) -> File[T]:
        if not os.path.exists(local_path):
            raise ValueError(f"File not found: {local_path}")
        if remote_destination is None:
            if not internal_ctx().has_raw_data:
                file = cls(path=str(local_path))
                file._made_outside_run = True
                return file
            path = str(Path(local_path).absolute())
            known, method = _hash_of(hash_method)
        else:
            known, method = _hash_of(hash_method)
            computed = _copy(str(local_path), remote_destination, method)
            known = known if computed is None else computed
            remote = storage.is_remote(remote_destination)
            path = remote_destination if remote else str(Path(storage.local_path(remote_destination)).absolute())
        return cls(path=path, name=Path(local_path).name, hash_method=method, hash=known)


def _hash_of(hash_method: HashMethod | str | None) -> tuple[str | None, HashMethod | None]:
    """A hash that is known, or the method that computes it."""
    if isinstance(hash_method, str):
        return hash_method, None
    return None, hash_method if isinstance(hash_method, HashMethod) else None


def _copy(source: str, destination: str, method: HashMethod | None) -> str | None:
    """Copy a file and return the hash of what was written, if there is a method to compute it."""
    if method is None:
        if storage.is_remote(destination):
            storage.upload(source, destination)
        else:
            shutil.copy2(source, storage.local_path(destination))
        return None
    with open(source, "rb") as reading, storage.open_file(destination, "wb") as writing:
        hashed = HashingWriter(writing, accumulator=method)
        shutil.copyfileobj(reading, hashed)
        return hashed.result()


register_reference(File, "File")
