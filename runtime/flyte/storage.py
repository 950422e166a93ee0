"""Where offloaded data lives: local paths here, the rest through fsspec if installed (upstream: `flyte.storage`).

Local mode keeps everything on the local disk. A remote address is an input the program names itself; `http(s)` is read
with the standard library, any other protocol needs fsspec and its driver.
"""

from __future__ import annotations

import builtins
import bz2
import gzip
import lzma
import os
import pathlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from typing import IO, Any
from uuid import uuid4

__all__ = [
    "exists",
    "exists_sync",
    "get",
    "get_random_local_directory",
    "get_random_local_path",
    "get_stream",
    "get_underlying_filesystem",
    "is_remote",
    "join",
    "put",
    "put_stream",
]

_LOCAL_PROTOCOLS = ("file", "local")
_COMPRESSED: dict[str, Callable[..., Any]] = {
    "gzip": gzip.open,
    "gz": gzip.open,
    "bz2": bz2.open,
    "xz": lzma.open,
    "lzma": lzma.open,
}
_COMPRESSION_OF_SUFFIX = {".gz": "gzip", ".bz2": "bz2", ".xz": "xz"}
_PATH_SEPARATOR = "/"


def protocol_of(path: str) -> str:
    """The protocol of an address; "file" for a plain path."""
    return path.split("://", 1)[0] if "://" in path else "file"


def is_remote(path: str | pathlib.Path) -> bool:
    """Whether an address is neither a plain path nor a `file://` one."""
    return protocol_of(str(path)) != "file"


def local_path(path: str) -> str:
    """The path of a local address, without its protocol."""
    return path.split("://", 1)[1] if protocol_of(path) in _LOCAL_PROTOCOLS and "://" in path else path


def join(*paths: str) -> str:
    """The parts as one address."""
    return os.path.join(*paths)


def get_random_local_path(file_path_or_file_name: pathlib.Path | str | None = None) -> pathlib.Path:
    """A fresh temporary path, ending in the given file's name if there is one."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="flyte-tmp-")) / uuid4().hex
    name = os.path.basename(file_path_or_file_name or "")
    if not name:
        return folder
    folder.mkdir()
    return folder / name


def get_random_local_directory() -> pathlib.Path:
    """A fresh temporary directory."""
    folder = get_random_local_path()
    folder.mkdir()
    return folder


# --- local files ----------------------------------------------------------------------------------------------------


def _open_local(path: str, mode: str, compression: str | None, text: dict[str, Any]) -> IO[Any]:
    path = local_path(path)
    if compression == "infer":
        compression = _COMPRESSION_OF_SUFFIX.get(os.path.splitext(path)[1])
    if compression is None:
        return builtins.open(path, mode, **text)
    if compression not in _COMPRESSED:
        raise ValueError(f"Compression type {compression} not supported")
    opened: IO[Any] = _COMPRESSED[compression](path, mode if "b" in mode or "t" in mode else f"{mode}t", **text)
    return opened


def _walk_local(path: str, max_depth: int | None) -> Iterator[str]:
    files: list[str] = []
    folders: list[str] = []
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                is_folder = entry.is_dir(follow_symlinks=False)
                (folders if is_folder else files).append(entry.name)
    except OSError:
        return
    yield from (os.path.join(path, name) for name in files)
    if max_depth is not None and max_depth <= 1:
        return
    for name in folders:
        yield from _walk_local(os.path.join(path, name), None if max_depth is None else max_depth - 1)


def _copy_tree_or_file(source: str, destination: str) -> None:
    if not os.path.exists(source):
        raise FileNotFoundError([source])
    if os.path.isdir(source):
        # An existing target takes the folder in, as fsspec's `put` does.
        into = os.path.isdir(destination) and not source.endswith(os.sep)
        target = os.path.join(destination, os.path.basename(source)) if into else destination
        shutil.copytree(source, target, dirs_exist_ok=True)
        return
    if os.path.isdir(destination) or destination.endswith(os.sep):
        destination = os.path.join(destination, os.path.basename(source))
    shutil.copyfile(source, destination)


# --- remote files ---------------------------------------------------------------------------------------------------


def _filesystem(path: str) -> Any:
    """The fsspec filesystem of a remote address; ImportError, naming what is missing, without fsspec."""
    try:
        import fsspec
    except ImportError as error:
        raise ImportError(
            f"{path} is on {protocol_of(path)!r} storage; reading or writing it needs fsspec and its driver"
        ) from error
    return fsspec.filesystem(protocol_of(path))


def _open_remote(path: str, mode: str, compression: str | None, options: dict[str, Any]) -> IO[Any]:
    if protocol_of(path) in ("http", "https") and mode in ("rb", "r", "rt") and compression is None:
        import io
        import urllib.request

        response: Any = urllib.request.urlopen(path)
        text = {key: value for key, value in options.items() if key in ("encoding", "errors", "newline")}
        return response if mode == "rb" else io.TextIOWrapper(response, **text)
    opened: IO[Any] = _filesystem(path).open(path, mode=mode, compression=compression, **options)
    return opened


def _download_remote(path: str, destination: str, recursive: bool) -> None:
    if protocol_of(path) in ("http", "https") and not recursive:
        with _open_remote(path, "rb", None, {}) as source, builtins.open(destination, "wb") as target:
            shutil.copyfileobj(source, target)
        return
    _filesystem(path).get(path, destination, recursive=recursive)


class _LocalFiles:
    """What programs ask of fsspec's local filesystem here: the entries of one directory."""

    protocol = _LOCAL_PROTOCOLS
    sep = _PATH_SEPARATOR

    def ls(self, path: str, detail: bool = False, **kwargs: Any) -> list[Any]:
        """The entries of a directory, as fsspec describes them; with ``detail=False`` their paths."""
        with os.scandir(local_path(path)) as found:
            entries = [
                {
                    "name": os.path.abspath(entry.path),
                    "type": "directory" if entry.is_dir() else "file",
                    "size": entry.stat().st_size,
                }
                for entry in found
            ]
        return entries if detail else [entry["name"] for entry in entries]


# --- both -----------------------------------------------------------------------------------------------------------


def get_underlying_filesystem(
    protocol: str | None = None, anonymous: bool = False, path: str | None = None, **kwargs: Any
) -> Any:
    """The filesystem of an address: fsspec's where it is remote."""
    if is_remote(path or f"{protocol or 'file'}://"):
        return _filesystem(path or f"{protocol}://")
    return _LocalFiles()


def open_file(path: str, mode: str = "rb", compression: str | None = None, **options: Any) -> IO[Any]:
    """Open a file; `options` are the text options of `open` and, for remote files, fsspec's."""
    if is_remote(path):
        return _open_remote(path, mode, compression, options)
    text = {key: value for key, value in options.items() if key in ("encoding", "errors", "newline")}
    return _open_local(path, mode, compression, text)


def exists_sync(path: str, **kwargs: Any) -> bool:
    """Whether there is a file or directory at an address."""
    if not is_remote(path):
        return os.path.exists(local_path(path))
    return bool(_filesystem(path).exists(path))


async def exists(path: str, **kwargs: Any) -> bool:
    """As `exists_sync`."""
    return exists_sync(path, **kwargs)


def walk(path: str, max_depth: int | None = None) -> Iterator[str]:
    """The addresses of all files below a directory, in the order the file system lists them; none if it is missing.

    Raises:
        ValueError: for a depth below 1.
    """
    if max_depth is not None and max_depth < 1:
        raise ValueError("maxdepth must be at least 1")
    if not is_remote(path):
        yield from _walk_local(os.path.abspath(local_path(path)), max_depth)
        return
    filesystem = _filesystem(path)
    for parent, _, files in filesystem.walk(path, maxdepth=max_depth):
        for name in files:
            yield filesystem.unstrip_protocol(f"{parent}{_PATH_SEPARATOR}{name}")


def download(path: str, destination: str | pathlib.Path, recursive: bool = False) -> str:
    """Copy a file or tree to a local path; into it when that is a directory. Returns where it went."""
    target = str(destination)
    if not recursive and (target.endswith(os.sep) or os.path.isdir(target)):
        target = os.path.join(target, os.path.basename(path))
    os.makedirs(os.path.dirname(os.path.abspath(target)), exist_ok=True)
    if is_remote(path):
        _download_remote(path, target, recursive)
    else:
        _copy_tree_or_file(local_path(path), target)
    return target


def upload(path: str, destination: str | None = None, recursive: bool = False) -> str:
    """Copy a local file or tree to an address, a fresh one in the run's folder by default. Returns where it went.

    Raises:
        FileNotFoundError: when there is nothing at `path`.
        ValueError: outside a run, without a destination.
    """
    if not destination:
        from ._context import internal_ctx

        destination = internal_ctx().raw_data.get_random_remote_path(os.path.basename(path.rstrip(os.sep)))
    if is_remote(destination):
        _filesystem(destination).put(local_path(path), destination, recursive=recursive)
    else:
        _copy_tree_or_file(local_path(path), local_path(destination))
    return destination


async def get(from_path: str, to_path: str | pathlib.Path | None = None, recursive: bool = False, **kwargs: Any) -> str:
    """Download to a local path, a temporary one by default. Returns the path."""
    return download(from_path, to_path or get_random_local_path(os.path.basename(from_path)), recursive)


async def put(from_path: str, to_path: str | None = None, recursive: bool = False, **kwargs: Any) -> str:
    """Upload a local file or tree. Returns its address."""
    return upload(from_path, to_path, recursive)


async def put_stream(
    data_iterable: AsyncIterator[bytes] | bytes, *, name: str | None = None, to_path: str | None = None, **kwargs: Any
) -> str:
    """Write bytes, or an async stream of them, to an address, a fresh one by default. Returns the address."""
    if not to_path:
        from ._context import internal_ctx

        to_path = internal_ctx().raw_data.get_random_remote_path(name)
    with open_file(to_path, "wb") as target:
        if isinstance(data_iterable, bytes):
            target.write(data_iterable)
        else:
            async for block in data_iterable:
                target.write(block)
    return to_path


async def get_stream(path: str, chunk_size: int = 10 * 2**20, **kwargs: Any) -> AsyncIterator[bytes]:
    """The content of a file, in blocks."""
    with open_file(path, "rb") as source:
        while block := source.read(chunk_size):
            yield block
