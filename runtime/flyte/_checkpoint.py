"""`flyte.Checkpoint`: what a task saves for its next attempt (upstream: `flyte._checkpoint`; MAPPING CTX-10)."""

from __future__ import annotations

import os
import pathlib
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

_PAYLOAD = "payload"

_Data = pathlib.Path | str | bytes


def latest_checkpoint(
    root: pathlib.Path, glob_pattern: str = "**/last.ckpt", *, key: Callable[[pathlib.Path], Any] | None = None
) -> pathlib.Path | None:
    """The file below `root` that matches and has the largest `key`, by default the newest; None when there is none."""
    root = pathlib.Path(root)
    found = root.rglob(glob_pattern[3:]) if glob_pattern.startswith("**/") else root.glob(glob_pattern)
    return max(found, key=key or (lambda path: path.stat().st_mtime), default=None)


class BaseCheckpoint(ABC):
    """The interface of checkpoint helpers."""

    @property
    @abstractmethod
    def path(self) -> pathlib.Path:
        """The local folder."""

    @abstractmethod
    def prev_exists(self) -> bool:
        """Whether there is a place the last attempt may have saved to."""

    @abstractmethod
    async def load(self) -> pathlib.Path | None:
        """Fetch what the last attempt saved."""

    @abstractmethod
    async def save(self, data: _Data) -> None:
        """Save for the next attempt."""

    @abstractmethod
    def load_sync(self) -> pathlib.Path | None:
        """`load` for sync tasks."""

    @abstractmethod
    def save_sync(self, data: _Data) -> None:
        """`save` for sync tasks."""


class Checkpoint(BaseCheckpoint):
    """A checkpoint kept in one file: bytes and files as they are, a folder as a tar archive."""

    def __init__(self, checkpoint_dest: str, checkpoint_src: str | None = None) -> None:
        self._destination = checkpoint_dest
        self._source = (checkpoint_src or "").strip().strip('"') or None
        self._folder = tempfile.TemporaryDirectory(prefix="flyte-cp-")
        self._loaded: tuple[pathlib.Path | None] | None = None

    @property
    def remote_destination(self) -> str:
        """Where `save` writes."""
        return self._destination

    @property
    def remote_source(self) -> str | None:
        """Where `load` reads."""
        return self._source

    @property
    def path(self) -> pathlib.Path:
        """The local folder."""
        path = pathlib.Path(self._folder.name)
        path.mkdir(parents=True, exist_ok=True)
        return path

    def prev_exists(self) -> bool:
        """Whether there is a place the last attempt may have saved to; not whether it did."""
        return self._source is not None

    def load_sync(self) -> pathlib.Path | None:
        """Fetch what the last attempt saved: the folder, or `path / "payload"` for bytes and single files.

        Returns None when nothing was saved. Only the first call fetches.
        """
        if self._source is None:
            return None
        if self._loaded is None:
            self._loaded = (self._fetch(self._source),)
        return self._loaded[0]

    def _fetch(self, source: str) -> pathlib.Path | None:
        import tarfile

        for child in self.path.iterdir():
            if child.is_dir():
                shutil.rmtree(child)
            else:
                child.unlink()
        if not os.path.isfile(source) or os.path.getsize(source) == 0:
            return None
        if tarfile.is_tarfile(source):
            with tarfile.open(source, "r:*") as archive:
                archive.extractall(path=self.path)
            return self.path
        shutil.copy2(source, self.path / _PAYLOAD)
        return self.path / _PAYLOAD

    def save_sync(self, data: _Data) -> None:
        """Save bytes, a file or a folder for the next attempt.

        Raises:
            FileNotFoundError: when the path does not exist.
        """
        destination = pathlib.Path(self._destination)
        if isinstance(data, bytes):
            destination.parent.mkdir(parents=True, exist_ok=True)
            destination.write_bytes(data)
            return
        source = pathlib.Path(data)
        if not source.exists():
            raise FileNotFoundError(f"Checkpoint source path does not exist: {source}")
        destination.parent.mkdir(parents=True, exist_ok=True)
        if not source.is_dir():
            shutil.copyfile(source, destination)
            return
        import tarfile

        with tarfile.open(destination, "w:gz") as archive:
            for child in sorted(source.iterdir()):
                archive.add(child, arcname=child.name, recursive=True)

    async def load(self) -> pathlib.Path | None:
        """`load_sync` for async tasks."""
        return self.load_sync()

    async def save(self, data: _Data) -> None:
        """`save_sync` for async tasks."""
        self.save_sync(data)
