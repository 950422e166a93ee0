"""Results on disk, so that they outlive the process (MAPPING SEM-13). The folder is our own, never the real SDK's."""

from __future__ import annotations

import hashlib
import os
import pathlib
import pickle
import shutil
import tempfile
import time
from datetime import timedelta
from typing import Any

from .. import _convert
from .._interface import NativeInterface

FOLDER_VARIABLE = "FLYTE_MIGRATE_CACHE"


def _folder() -> pathlib.Path:
    named = os.environ.get(FOLDER_VARIABLE)
    return pathlib.Path(named) if named else pathlib.Path.home() / ".flyte" / "flyte-migrate-cache"


def cache_key(task_name: str, interface: NativeInterface, version: str, ignored: tuple[str, ...], wires: Any) -> str:
    """What two calls must agree in to be the same: task name, interface, version and the inputs that count."""
    hasher = hashlib.sha256()
    types = [sorted((name, repr(each)) for name, each in interface.get_input_types().items())]
    types.append([(name, repr(each)) for name, each in interface.outputs.items()])
    hasher.update(repr((task_name, types, version)).encode())
    hasher.update(_convert.digest({name: wire for name, wire in wires.items() if name not in ignored}))
    return hasher.hexdigest()


def load(key: str, max_age: timedelta | None) -> list[Any] | None:
    """The stored wire forms, or None when there are none, they are too old, or cannot be read."""
    path = _folder() / key
    try:
        if max_age and time.time() - path.stat().st_mtime > max_age.total_seconds():
            return None
        with path.open("rb") as stream:
            found: list[Any] = pickle.load(stream)
        return found
    except (OSError, pickle.UnpicklingError, AttributeError, ImportError, EOFError):
        return None


def save(key: str, wires: list[Any]) -> None:
    """Store wire forms; those that hold references into this process are not stored."""
    folder = _folder()
    try:
        data = pickle.dumps(wires, protocol=pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, AttributeError, TypeError):
        return
    folder.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
    os.replace(temporary, folder / key)


def clear() -> None:
    """Forget all stored results."""
    shutil.rmtree(_folder(), ignore_errors=True)
