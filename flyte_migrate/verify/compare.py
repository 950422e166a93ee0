"""Where two canonical values differ, and how a value is shown in a few words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from flyte_migrate.verify.model import Difference

_SHOWN = 120
_DIFFERENCES = 5


def differences(original: Any, migrated: Any, where: str = "output") -> tuple[Difference, ...]:
    """The first few places at which two canonical values differ."""
    found: list[Difference] = []
    for difference in _differences(original, migrated, where):
        found.append(difference)
        if len(found) == _DIFFERENCES:
            break
    return tuple(found)


def call_differences(original: Mapping[str, int], migrated: Mapping[str, int]) -> tuple[Difference, ...]:
    """Functions that were called another number of times."""
    return tuple(
        Difference(f"calls of {name}", _times(original.get(name, 0)), _times(migrated.get(name, 0)))
        for name in sorted({*original, *migrated})
        if original.get(name, 0) != migrated.get(name, 0)
    )


def _times(count: int) -> str:
    return "none" if not count else "once" if count == 1 else f"{count} times"


def _differences(original: Any, migrated: Any, where: str) -> Iterator[Difference]:
    if isinstance(original, list) and isinstance(migrated, list):
        if len(original) != len(migrated):
            yield Difference(f"length of {where}", str(len(original)), str(len(migrated)))
        for index, (left, right) in enumerate(zip(original, migrated, strict=False)):
            yield from _differences(left, right, f"{where}[{index}]")
    elif isinstance(original, dict) and isinstance(migrated, dict):
        yield from _in_objects(original, migrated, where)
    elif not _equal(original, migrated):
        yield Difference(where, shown(original), shown(migrated))


def _in_objects(original: dict[str, Any], migrated: dict[str, Any], where: str) -> Iterator[Difference]:
    if original["$"] != migrated["$"]:
        yield Difference(where, shown(original), shown(migrated))
        return
    kind = original["$"]
    if kind in ("fields", "folder", "object"):
        left, right = original["items"], migrated["items"]
        for key in dict.fromkeys([*left, *right]):
            if key in left and key in right:
                yield from _differences(
                    left[key], right[key], f"{where}.{key}" if key.isidentifier() else f"{where}[{key!r}]"
                )
            else:
                absent = "(absent)"
                sides = (shown(left[key]) if key in left else absent, shown(right[key]) if key in right else absent)
                yield Difference(f"{where}.{key}", *sides)
    elif kind in ("set", "pairs"):
        yield from _differences(original["items"], migrated["items"], where)
    elif kind == "frame":
        yield from _rows(original["rows"], migrated["rows"], where)
    elif kind == "file":
        if original["sha256"] != migrated["sha256"]:
            yield Difference(f"content of {where}", shown(original), shown(migrated))
    elif original != migrated:
        yield Difference(where, shown(original), shown(migrated))


def _rows(original: list[Any], migrated: list[Any], where: str) -> Iterator[Difference]:
    if len(original) != len(migrated):
        yield Difference(f"rows of {where}", str(len(original)), str(len(migrated)))
    for index, (left, right) in enumerate(zip(original, migrated, strict=False)):
        yield from _differences(left, right, f"{where} row {index}")


def _equal(original: Any, migrated: Any) -> bool:
    """Python's equality, but a truth value is no number."""
    return isinstance(original, bool) == isinstance(migrated, bool) and bool(original == migrated)


def opaque_types(value: Any) -> frozenset[str]:
    """The types in a canonical value that could not be looked into."""
    if isinstance(value, list):
        return frozenset().union(*map(opaque_types, value))
    if not isinstance(value, dict):
        return frozenset()
    if value.get("$") == "opaque":
        return frozenset({value["type"]})
    items = value.get("items") or value.get("rows") or []
    return opaque_types(list(items.values()) if isinstance(items, dict) else items)


def has_kind(value: Any, kind: str) -> bool:
    """Whether a canonical value is, or holds, something of ``kind``."""
    return f'"$": "{kind}"' in json.dumps(value)


def shown(value: Any) -> str:
    """A canonical value as a person would write it, cut to a line."""
    text = _text(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def shown_inputs(inputs: Mapping[str, Any]) -> str:
    """Inputs as they would stand in a call."""
    return ", ".join(f"{name}={shown(value)}" for name, value in inputs.items())


def _text(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    if not isinstance(value, dict):
        return repr(value)
    kind = value["$"]
    if kind == "fields":
        return f"{{{', '.join(f'{key}: {_text(item)}' for key, item in value['items'].items())}}}"
    if kind == "pairs":
        return f"{{{', '.join(f'{_text(key)}: {_text(item)}' for key, item in value['items'])}}}"
    if kind == "set":
        return f"{{{', '.join(map(_text, value['items']))}}}"
    if kind == "file":
        return f"file of {value['size']} bytes {value['text'][:60]!r}"
    if kind == "folder":
        return f"folder of {len(value['items'])} files ({', '.join(value['items'])})"
    if kind == "frame":
        return f"frame of {len(value['rows'])} rows {_text(value['rows'][:1])}"
    if kind == "object":
        return f"{value['type']}({', '.join(f'{key}={_text(item)}' for key, item in value['items'].items())})"
    if kind == "exception":
        return f"the exception {value['class']}"
    return str(value.get("value", value.get("name", value.get("type", ""))))
