"""The common ground of the reference types: records that look like the pydantic models they are upstream."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from .. import _strict

M = TypeVar("M", bound="ReferenceModel")

REQUIRED = object()


class ValidationError(ValueError):
    """A field's value is missing or of the wrong type (upstream: pydantic's error of this name)."""


class ReferenceModel:
    """A record with declared fields.

    As upstream's models: arguments are keywords, unknown ones are ignored (MAPPING TRAP-30), a value of another type is
    refused, unknown attributes cannot be set, instances compare by value and are not hashable (MAPPING TYP-18, TYP-19).
    """

    model_fields: ClassVar[Mapping[str, Any]] = {}
    """The declared fields and their defaults; `REQUIRED` for none."""

    _text_fields: ClassVar[frozenset[str]] = frozenset()
    _unsaved_fields: ClassVar[frozenset[str]] = frozenset()
    _instead_of_ignored: ClassVar[str] = "Remove it; see `from_local_sync` and `from_existing_remote`."

    __hash__ = None  # type: ignore[assignment]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [
                inspect.Parameter(
                    name,
                    inspect.Parameter.KEYWORD_ONLY,
                    default=inspect.Parameter.empty if default is REQUIRED else default,
                )
                for name, default in cls.model_fields.items()
            ]
        )

    def __init__(self, **data: Any) -> None:
        self._refuse_ignored(data)
        for name, default in self.model_fields.items():
            value = data.get(name, default)
            if value is REQUIRED:
                raise ValidationError(f"1 validation error for {type(self).__name__}\n{name}\n  Field required")
            self._check(name, value, default)
            self.__dict__[name] = value

    def _refuse_ignored(self, data: Mapping[str, Any]) -> None:
        ignored = [name for name in data if name not in self.model_fields]
        if ignored and _strict.enabled():
            _strict.fail(
                "ignored-argument",
                f"{type(self).__name__}({ignored[0]}=...): the argument is ignored.",
                self._instead_of_ignored,
            )

    def _check(self, name: str, value: Any, default: Any) -> None:
        if name in self._text_fields and not isinstance(value, str) and not (value is None and default is None):
            raise ValidationError(
                f"1 validation error for {type(self).__name__}\n{name}\n"
                f"  Input should be a valid string [type=string_type, input_value={value!r}, "
                f"input_type={type(value).__name__}]"
            )

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.model_fields and not name.startswith("_") and not hasattr(type(self), name):
            raise ValueError(f'"{type(self).__name__}" object has no field "{name}"')
        object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and all(
            getattr(self, name) == getattr(other, name) for name in self.model_fields
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._shown())})"

    def __str__(self) -> str:
        return " ".join(self._shown())

    def _shown(self) -> list[str]:
        return [f"{name}={getattr(self, name)!r}" for name in self.model_fields]

    def model_dump(self, **kwargs: Any) -> dict[str, Any]:
        """The fields as a dictionary."""
        return {name: getattr(self, name) for name in self.model_fields if name not in self._unsaved_fields}

    def model_dump_json(self, **kwargs: Any) -> str:
        """The fields as compact JSON."""
        import json

        return json.dumps(self.model_dump(), separators=(",", ":"))

    def model_copy(self: M, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> M:
        """A copy with some fields changed."""
        import copy

        copied = copy.deepcopy(self) if deep else copy.copy(self)
        copied.__dict__.update(update or {})
        return copied

    @classmethod
    def model_validate(cls: type[M], obj: Any, **kwargs: Any) -> M:
        """The record of a dictionary, or the record itself; ValueError for anything else."""
        if isinstance(obj, cls):
            return obj
        if not isinstance(obj, Mapping):
            raise ValidationError(f"Input should be a valid dictionary or instance of {cls.__name__}")
        return cls(**obj)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Lets the type be a field of the user's pydantic models."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            cls.model_validate,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value.model_dump()),
        )


class Parametrised(ReferenceModel):
    """A reference type that takes a format in brackets.

    `File["csv"]` is a class of its own: a plain `File` is not an instance of it (MAPPING TRAP-14).
    """

    _parametrised: ClassVar[dict[tuple[type, str], type]] = {}

    def __class_getitem__(cls, parameter: Any) -> type:
        label = _label(parameter)
        key = (cls, f"{label}|{parameter!r}")
        if key not in cls._parametrised:
            module = sys._getframe(1).f_globals.get("__name__", cls.__module__)
            name = f"{cls.__name__}[{label}]"
            cls._parametrised[key] = type(name, (cls,), {"__module__": module, "__qualname__": name})
        return cls._parametrised[key]


def _label(parameter: Any) -> str:
    if isinstance(parameter, str):
        return parameter
    if isinstance(parameter, TypeVar):
        return "TypeVar"
    return getattr(parameter, "__name__", None) or repr(parameter)
