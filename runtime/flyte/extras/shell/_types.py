"""What goes into a shell task and comes out of it."""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin

from ...io import Dir, File

SCALARS = frozenset({int, float, str, bool})

listMode = Literal["join", "repeat", "comma"]  # noqa: N816 - upstream's name
DictMode = Literal["pairs", "equals"]


@dataclass(frozen=True)
class Glob:
    """An output of files: those the script writes into the output's folder that match a pattern."""

    pattern: str = "*"


def _check_stream_type(stream: str, kind: Any) -> None:
    if kind is not File and kind not in SCALARS:
        raise TypeError(f"{stream}.type must be File or a primitive (int/float/str/bool), got {kind!r}.")


@dataclass(frozen=True)
class Stdout:
    """An output from what the script prints; TypeError unless it is a File, int, float, str or bool."""

    type: Any = File

    def __post_init__(self) -> None:
        _check_stream_type("Stdout", self.type)


@dataclass(frozen=True)
class Stderr:
    """An output from what the script prints as errors; TypeError unless it is a File, int, float, str or bool."""

    type: Any = File

    def __post_init__(self) -> None:
        _check_stream_type("Stderr", self.type)


OutputSpec = type | Glob | Stdout | Stderr


@dataclass(frozen=True)
class FlagSpec:
    """How `{flags.x}` is written: the flag itself, and how a list or dictionary follows it."""

    flag: str
    list_mode: listMode = "join"
    separator: str = " "
    dict_mode: DictMode = "pairs"

    @classmethod
    def coerce(cls, name: str, alias: str | tuple[str, str] | FlagSpec | None) -> FlagSpec:
        """The specification of a flag given by its text, by text and mode, or not at all: `-<name>`.

        Raises:
            TypeError: for an unknown mode or another type.
        """
        if isinstance(alias, FlagSpec):
            return alias
        if alias is None or isinstance(alias, str):
            return cls(flag=f"-{name}" if alias is None else alias)
        if isinstance(alias, tuple) and len(alias) == 2:
            flag, mode = alias
            if mode in get_args(listMode):
                return cls(flag=flag, list_mode=mode)  # type: ignore[arg-type]
            if mode in get_args(DictMode):
                return cls(flag=flag, dict_mode=mode)  # type: ignore[arg-type]
            raise TypeError(
                f"Invalid mode {mode!r} for flag_aliases[{name!r}]. "
                "Expected one of: join/repeat/comma (lists), pairs/equals (dicts)."
            )
        raise TypeError(f"Invalid flag_aliases entry for {name!r}: {alias!r}")


def without_none(annotation: Any) -> tuple[bool, Any]:
    """Whether a type is `T | None`, and `T`."""
    if get_origin(annotation) in (Union, types.UnionType):
        others = [each for each in get_args(annotation) if each is not type(None)]
        if len(others) == 1 and len(get_args(annotation)) == 2:
            return True, others[0]
    return False, annotation


def kind_of(name: str, annotation: Any) -> str:
    """How an input is staged: scalar, bool, file, dir, list_file or dict_str; TypeError for another type."""
    _, inner = without_none(annotation)
    if inner is bool:
        return "bool"
    if inner in SCALARS:
        return "scalar"
    if inner is File:
        return "file"
    if inner is Dir:
        return "dir"
    if get_origin(inner) is list and get_args(inner) == (File,):
        return "list_file"
    if get_origin(inner) is dict and get_args(inner) == (str, str):
        return "dict_str"
    raise TypeError(
        f"Unsupported input type for {name!r}: {annotation!r}. "
        "Supported: File, Dir, list[File], dict[str, str], int, float, str, bool, or T | None of those."
    )


def check_outputs(outputs: dict[str, Any]) -> None:
    """Refuse an output that is neither a plain type nor a collector with TypeError."""
    for name, spec in outputs.items():
        plain = isinstance(spec, type) and issubclass(spec, (File, Dir, *SCALARS))
        if not plain and not isinstance(spec, (Glob, Stdout, Stderr)):
            raise TypeError(
                f"Output {name!r}: expected a bare type (File, Dir, int, float, str, bool) "
                f"or a collector (Glob, Stdout, Stderr). Got {spec!r}."
            )


def check_default(name: str, value: Any, annotation: Any) -> None:
    """Refuse a default that does not fit its input.

    Raises:
        ValueError: for None.
        TypeError: for a value of another type.
    """
    if value is None:
        raise ValueError(
            f"defaults[{name!r}] = None is redundant; "
            "declare the input as `T | None` and omit it from defaults instead."
        )
    _, inner = without_none(annotation)
    kind = kind_of(name, annotation)
    expected: dict[str, tuple[str, Any]] = {
        "file": ("File", File),
        "dir": ("Dir", Dir),
        "list_file": ("list[File]", list),
        "bool": ("bool", bool),
        "dict_str": ("dict[str, str]", dict),
        "scalar": (getattr(inner, "__name__", ""), (int, float) if inner is float else inner),
    }
    label, types_of = expected[kind]
    if not isinstance(value, types_of) or (kind == "scalar" and inner is not str and isinstance(value, bool)):
        raise TypeError(f"defaults[{name!r}]: expected {label}, got {type(value).__name__}.")
    if kind == "list_file" and not all(isinstance(item, File) for item in value):
        raise TypeError(f"defaults[{name!r}]: list[File] requires every item to be a File.")
    if kind == "dict_str" and not all(isinstance(text, str) for pair in value.items() for text in pair):
        raise TypeError(f"defaults[{name!r}]: dict[str, str] requires string keys and values.")
