"""Plugin settings that travel with the custom context from task to task, as text."""

from __future__ import annotations

import json
from collections.abc import ItemsView, KeysView
from dataclasses import asdict, fields
from typing import Any, ClassVar, TypeVar

import flyte

C = TypeVar("C", bound="ContextConfig")


class ContextConfig:
    """Base of the settings: a mapping of texts, and a context manager that adds itself to the custom context."""

    _prefix: ClassVar[str]
    _foreign_prefixes: ClassVar[tuple[str, ...]] = ()
    _plugin: ClassVar[str]

    def to_dict(self) -> dict[str, str]:
        """The settings that are given, by prefixed name; ValueError for one JSON cannot hold."""
        texts: dict[str, str] = {}
        for name, value in asdict(self).items():  # type: ignore[call-overload]
            if value is not None:
                texts[f"{self._prefix}{name}"] = self._text(name, value)
        return texts

    def _text(self, name: str, value: Any) -> str:
        if not isinstance(value, (list, dict, bool)):
            return str(value)
        try:
            return json.dumps(value)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"{self._plugin} config field '{name}' must be JSON-serializable. "
                f"Got type: {type(value).__name__}. Error: {error}"
            ) from error

    @classmethod
    def _own(cls, context: dict[str, str]) -> dict[str, str]:
        return {
            key: value
            for key, value in context.items()
            if key.startswith(cls._prefix) and not key.startswith(cls._foreign_prefixes or ("\0",))
        }

    @classmethod
    def from_dict(cls: type[C], d: dict[str, str]) -> C:
        """The settings in a custom context."""
        known = {each.name for each in fields(cls)}  # type: ignore[arg-type]
        values = {key[len(cls._prefix) :]: _value(text) for key, text in cls._own(d).items()}
        return cls(**{name: value for name, value in values.items() if name in known})

    @classmethod
    def current(cls: type[C]) -> C | None:
        """The settings of the running task, or None."""
        context = flyte.ctx()
        if not context or not context.custom_context or not cls._own(context.custom_context):
            return None
        return cls.from_dict(context.custom_context)

    def keys(self) -> KeysView[str]:
        return self.to_dict().keys()

    def items(self) -> ItemsView[str, str]:
        return self.to_dict().items()

    def get(self, key: str, default: Any = None) -> Any:
        return self.to_dict().get(key, default)

    def __getitem__(self, key: str) -> str:
        return self.to_dict()[key]

    def __enter__(self: C) -> C:
        self._entered = flyte.custom_context(**self.to_dict())
        self._entered.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._entered.__exit__(*error)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, TypeError):
        return text
