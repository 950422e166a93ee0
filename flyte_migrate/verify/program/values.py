"""Values as JSON that two SDKs can be compared by: what a value holds, not which class of which SDK holds it.

Plain values stand for themselves and sequences are lists; everything else is an object with its kind under ``$``.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import hashlib
import json
import math
import os
from typing import Any

from .stand_ins import is_stand_in

_TEXT = 400
_DEPTH = 40


def canonical(value: Any, depth: int = 0) -> Any:
    """``value`` as JSON. What can't be looked into is ``{"$": "opaque"}`` with its type, which proves nothing more."""
    if depth > _DEPTH:
        return {"$": "opaque", "type": "deeply nested"}
    if isinstance(value, enum.Enum):
        return {"$": "enum", "name": value.name}
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"$": "float", "value": repr(value)}
    if is_stand_in(value):
        return {"$": "stand-in", "name": repr(value)}
    inner = depth + 1
    if isinstance(value, (list, tuple)):
        return [canonical(item, inner) for item in value]
    if isinstance(value, (set, frozenset)):
        return {"$": "set", "items": sorted((canonical(item, inner) for item in value), key=_order)}
    if isinstance(value, dict):
        if all(isinstance(key, str) for key in value):
            return {"$": "fields", "items": {key: canonical(item, inner) for key, item in value.items()}}
        pairs = [[canonical(key, inner), canonical(item, inner)] for key, item in value.items()]
        return {"$": "pairs", "items": sorted(pairs, key=_order)}
    if isinstance(value, datetime.datetime):
        # flytekit gives back an aware datetime in UTC for a naive one.
        aware = value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
        return {"$": "datetime", "value": aware.astimezone(datetime.timezone.utc).isoformat()}
    if isinstance(value, (datetime.date, datetime.timedelta)):
        return {"$": type(value).__name__, "value": str(value)}
    if isinstance(value, bytes):
        return {"$": "bytes", "value": value.hex()}
    if isinstance(value, type):
        return {"$": "class", "name": value.__qualname__}
    return _object(value, inner)


def _order(item: Any) -> str:
    return json.dumps(item, sort_keys=True)


def _object(value: Any, depth: int) -> Any:
    name = type(value).__name__
    ancestry = {base.__name__ for base in type(value).__mro__}
    if name == "File" or "FlyteFile" in ancestry:
        return _file(value.download_sync() if name == "File" else value.download())
    if name == "Dir" or "FlyteDirectory" in ancestry:
        return _folder(value.download_sync() if name == "Dir" else value.download())
    if name == "StructuredDataset":
        return _dataset(value, depth)
    if name == "DataFrame" and type(value).__module__.startswith("flyte"):
        return _flyte_frame(value, depth)
    rows = _rows(value)
    if rows is not None:
        return {"$": "frame", "rows": [canonical(row, depth) for row in rows]}
    if hasattr(value, "tolist"):
        return canonical(value.tolist(), depth)
    if isinstance(value, BaseException):
        code = getattr(value, "code", None)
        return {"$": "exception", "class": code if name == "RuntimeUserError" else name}
    if dataclasses.is_dataclass(value):
        items = {field.name: canonical(getattr(value, field.name), depth) for field in dataclasses.fields(value)}
        return {"$": "fields", "items": items}
    if callable(getattr(value, "model_dump", None)):
        return canonical(value.model_dump(), depth)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    state = getattr(value, "__dict__", None)
    if state and type(value).__module__ not in ("builtins", "functools"):
        return {"$": "object", "type": name, "items": {key: canonical(state[key], depth) for key in sorted(state)}}
    return {"$": "opaque", "type": f"{type(value).__module__}.{type(value).__qualname__}"}


def _file(path: Any) -> Any:
    with open(path, "rb") as stream:
        data = stream.read()
    try:
        text = data[:_TEXT].decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    return {"$": "file", "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "text": text}


def _folder(path: Any) -> Any:
    found = {}
    for folder, _, names in os.walk(path):
        for name in names:
            place = os.path.join(folder, name)
            found[os.path.relpath(place, path).replace(os.sep, "/")] = _file(place)
    return {"$": "folder", "items": dict(sorted(found.items()))}


def _dataset(value: Any, depth: int) -> Any:
    import pandas

    frame = value.dataframe if getattr(value, "dataframe", None) is not None else value.open(pandas.DataFrame).all()
    return canonical(frame, depth)


def _flyte_frame(value: Any, depth: int) -> Any:
    import pandas

    if getattr(value, "val", None) is not None:
        return canonical(value.val, depth)
    # `all_sync` asks for the raw data path of a run, even to read what a run has given.
    read = pandas.read_csv if value.format == "csv" else pandas.read_parquet
    place = str(value.uri).removeprefix("file://")
    parts = (
        [place]
        if os.path.isfile(place)
        else sorted(os.path.join(folder, name) for folder, _, names in os.walk(place) for name in names)
    )
    return canonical(pandas.concat([read(part) for part in parts]), depth)


def _rows(value: Any) -> list[dict[str, Any]] | None:
    """The rows of a frame of pandas, polars or pyarrow; None for anything else."""
    root = type(value).__module__.partition(".")[0]
    if root == "pandas" and hasattr(value, "columns"):
        return json.loads(value.reset_index(drop=True).to_json(orient="records", date_format="iso"))  # type: ignore[no-any-return]
    if root == "polars":
        frame = value.collect() if hasattr(value, "collect") else value
        return list(frame.to_dicts()) if hasattr(frame, "to_dicts") else None
    if root == "pyarrow" and hasattr(value, "to_pylist") and hasattr(value, "schema"):
        return list(value.to_pylist())
    return None
