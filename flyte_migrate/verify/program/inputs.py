"""Inputs from type hints: made ones, which both SDKs get alike, and given ones from JSON.

Every value differs by position, so that swapped arguments show, and by number, so that two runs differ.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import inspect
import os
import sys
import typing
from collections.abc import Callable
from typing import Any, Protocol

_WORDS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta")
_NONE = type(None)
_UTC = datetime.timezone.utc

#: The default of a parameter that has none.
MISSING: Any = inspect.Parameter.empty


class NoValueError(Exception):
    """No value can be made for a type; the message names the parameter and the type."""


class Blobs(Protocol):
    """Makes the SDK's handles of files, folders and data frames."""

    def kind(self, hint: Any) -> str:
        """``file``, ``folder``, ``frame``, or nothing for any other type."""

    def path(self, name: str) -> str:
        """An absolute path for new data."""

    def given(self, path: str) -> str:
        """The absolute path that the user means by ``path``."""

    def make(self, kind: str, data: Any, hint: Any) -> Any:
        """The handle of a path (files and folders) or of a frame's columns."""


def generated(hint: Any, position: int, number: int, blobs: Blobs, name: str) -> Any:
    """The ``number``-th value for a parameter at ``position``. Raises NoValueError."""
    hint = _bare(hint)
    kind = blobs.kind(hint)
    if kind:
        return _blob(kind, hint, position, number, blobs, name)
    scalar = _SCALARS.get(hint) if isinstance(hint, type) else None
    if scalar is not None:
        return scalar(position, number)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if _is_union(origin):
        if number and _NONE in arguments:
            return None
        members = [each for each in arguments if each is not _NONE]
        return generated(members[number % len(members)], position, number, blobs, name)
    if origin is typing.Literal:
        return arguments[(position + number) % len(arguments)]
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return _member(hint, list(hint)[(position + number) % len(hint)])
    if hint in (list, tuple, set, dict, list, dict, tuple):
        return _untyped(hint, position, number)
    if origin in (list, set, frozenset):
        items = [generated(arguments[0], position + i, number, blobs, name) for i in range(3 - number)]
        return items if origin is list else origin(items)
    if origin is dict:
        keys = [generated(arguments[0], position + i, number, blobs, name) for i in range(2)]
        return {key: generated(arguments[1], position + i, number, blobs, name) for i, key in enumerate(keys)}
    if origin is tuple:
        if arguments[-1] is Ellipsis:
            arguments = (arguments[0],) * 2
        return tuple(generated(each, position + i, number, blobs, name) for i, each in enumerate(arguments))
    declared = fields_of(hint)
    if declared is not None:
        values = {
            field: generated(each, position + i, number, blobs, f"{name}.{field}")
            for i, (field, each) in enumerate(declared.items())
        }
        return hint(**values)
    raise NoValueError(f"no value can be made for `{name}: {_shown(hint)}`")


def from_json(value: Any, hint: Any, blobs: Blobs, name: str) -> Any:
    """``value``, as JSON has it, as the type ``hint`` wants it. Files and folders are paths, frames lists of rows.

    Raises NoValueError if it does not fit.
    """
    hint = _bare(hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    kind = blobs.kind(hint)
    try:
        if kind in ("file", "folder"):
            path = blobs.given(value)
            if not os.path.exists(path):
                raise NoValueError(f"`{name}`: there is no {kind} {value}")
            return blobs.make(kind, path, hint)
        if kind == "frame":
            columns = {key: [row[key] for row in value] for key in (value[0] if value else {})}
            return blobs.make(kind, columns, hint)
        if _is_union(origin):
            return _first_that_fits(value, arguments, blobs, name)
        if value is None:
            return None
        if isinstance(hint, type) and issubclass(hint, enum.Enum):
            return _enum_from_json(value, hint)
        if hint is datetime.datetime:
            moment = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
            return moment if moment.tzinfo else moment.replace(tzinfo=_UTC)
        if hint is datetime.date:
            return datetime.date.fromisoformat(value)
        if hint is datetime.timedelta:
            return datetime.timedelta(seconds=value)
        if hint is float and isinstance(value, int):
            return float(value)
        if origin in (list, set, frozenset) and arguments:
            return origin(from_json(item, arguments[0], blobs, name) for item in value)
        if origin is tuple:
            hints = (arguments[0],) * len(value) if arguments[-1] is Ellipsis else arguments
            return tuple(from_json(item, each, blobs, name) for item, each in zip(value, hints))  # noqa: B905 - 3.9
        if origin is dict:
            return {
                from_json(key, arguments[0], blobs, name): from_json(item, arguments[1], blobs, name)
                for key, item in value.items()
            }
        declared = fields_of(hint)
        if declared is not None:
            return hint(**{key: from_json(item, declared[key], blobs, f"{name}.{key}") for key, item in value.items()})
    except NoValueError:
        raise
    except Exception as error:
        raise NoValueError(f"`{name}: {_shown(hint)}` can't be made of {value!r}: {error!r}") from error
    return value


def _first_that_fits(value: Any, hints: tuple[Any, ...], blobs: Blobs, name: str) -> Any:
    if value is None and _NONE in hints:
        return None
    problem: NoValueError | None = None
    for hint in hints:
        if isinstance(hint, type) and hint in _SCALARS and not isinstance(value, hint) and hint not in _FROM_TEXT:
            continue
        try:
            return from_json(value, hint, blobs, name)
        except NoValueError as error:
            problem = error
    raise problem or NoValueError(f"`{name}`: none of its types takes {value!r}")


def _bare(hint: Any) -> Any:
    """``hint`` without Annotated and NewType around it."""
    while hasattr(hint, "__metadata__"):
        hint = hint.__origin__
    while hasattr(hint, "__supertype__"):
        hint = hint.__supertype__
    return hint


def _is_union(origin: Any) -> bool:
    return (
        origin is typing.Union or type(origin).__name__ == "UnionType" or getattr(origin, "__name__", "") == "UnionType"
    )


def fields_of(hint: Any) -> dict[str, Any] | None:
    """The fields of a dataclass, a NamedTuple or a pydantic model by name, with their types; else None."""
    if not isinstance(hint, type):
        return None
    if dataclasses.is_dataclass(hint):
        hints = typing.get_type_hints(hint, include_extras=True)
        return {field.name: hints[field.name] for field in dataclasses.fields(hint) if field.init}
    if issubclass(hint, tuple) and hasattr(hint, "_fields"):
        return dict(typing.get_type_hints(hint, include_extras=True))
    models = getattr(hint, "model_fields", None)
    return {name: field.annotation for name, field in models.items()} if isinstance(models, dict) else None


def _member(hint: Any, member: Any) -> Any:
    # Flyte 2 turns a Literal into an enum of this name, and takes its values.
    return member.value if hint.__name__ == "LiteralEnum" else member


def _enum_from_json(value: Any, hint: Any) -> Any:
    found = hint[value] if isinstance(value, str) and value in hint.__members__ else hint(value)
    return _member(hint, found)


def _untyped(hint: Any, position: int, number: int) -> Any:
    values = [_integer(position + i, number) for i in range(3 - number)]
    if hint in (dict, dict):
        return dict(zip(_WORDS, values))  # noqa: B905 - 3.9
    return values if hint in (list, list) else tuple(values) if hint in (tuple, tuple) else set(values)


def _integer(position: int, number: int) -> int:
    return 3 + 2 * position + 5 * number


_SCALARS: dict[type, Callable[[int, int], Any]] = {
    bool: lambda position, number: (position + number) % 2 == 0,
    int: _integer,
    float: lambda position, number: 0.25 + 0.5 * position + 1.5 * number,
    str: lambda position, number: _WORDS[(position + 3 * number) % len(_WORDS)],
    bytes: lambda position, number: _WORDS[(position + 3 * number) % len(_WORDS)].encode(),
    datetime.datetime: lambda position, number: datetime.datetime(2024, 1, 2 + position % 20, 3 + number, tzinfo=_UTC),
    datetime.date: lambda position, number: datetime.date(2024, 1 + number, 2 + position % 20),
    datetime.timedelta: lambda position, number: datetime.timedelta(minutes=30 + 7 * position + 11 * number),
    _NONE: lambda position, number: None,
}
_FROM_TEXT = frozenset({datetime.datetime, datetime.date, datetime.timedelta, float})


def _blob(kind: str, hint: Any, position: int, number: int, blobs: Blobs, name: str) -> Any:
    values = [_integer(position + row, number) for row in range(3)]
    if kind == "frame":
        if "pandas" not in sys.modules:
            try:
                import pandas  # noqa: F401
            except ImportError:
                raise NoValueError(f"no data frame can be made for `{name}`: pandas is not installed") from None
        return blobs.make(kind, {"a": values, "b": [_WORDS[value % len(_WORDS)] for value in values]}, hint)
    path = blobs.path(f"{name}-{position}-{number}")
    if kind == "file":
        path = f"{path}.csv"
        _write(path, _text(values))
    else:
        os.makedirs(path)
        for index, word in enumerate(_WORDS[:2]):
            _write(os.path.join(path, f"{word}.txt"), _text(values[index:]))
    return blobs.make(kind, path, hint)


def _text(values: list[int]) -> str:
    """Lines that readers of text and of tables can both use; Flyte 2 has no file formats that would tell more."""
    return "a,b\n" + "".join(f"{value},{value + 1}\n" for value in values)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text)


def _shown(hint: Any) -> str:
    if isinstance(hint, type):
        return hint.__qualname__ if hint.__module__ == "builtins" else f"{hint.__module__}.{hint.__qualname__}"
    return str(hint)
