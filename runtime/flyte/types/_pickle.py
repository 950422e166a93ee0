"""Values that are handed on as pickles."""

from __future__ import annotations

from typing import Any


class FlytePickle:
    """An annotation that asks for pickling, as any type without handling of its own gets (MAPPING IMP-55).

    `FlytePickle[T]` is a class of its own that remembers `T`.
    """

    _of: Any = type(None)

    @classmethod
    def python_type(cls) -> Any:
        """What the pickle is declared to hold."""
        return cls._of

    def __class_getitem__(cls, python_type: Any) -> Any:
        if python_type is None:
            return cls
        return type("_SpecificFormatClass", (FlytePickle,), {"__origin__": FlytePickle, "_of": python_type})
