"""Constructor-style `repr` for the configuration classes."""

from __future__ import annotations

import inspect
from typing import Any, TypeVar

C = TypeVar("C")


def constructor_repr(cls: type[C]) -> type[C]:
    """Give `cls` a `repr` that shows required arguments by value, the others when they differ from their default.

    The target SDK decorates these classes with `rich.repr.auto`, and some of its messages embed the result; rich is not
    a dependency here. A tuple value is shown the way rich shows it: as `key=value`, not as a tuple.
    """

    def __repr__(self: Any) -> str:  # noqa: N807
        shown: list[str] = []
        for name, parameter in inspect.signature(type(self).__init__).parameters.items():
            if name == "self" or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                continue
            value = getattr(self, name)
            if parameter.default is not parameter.empty:
                if value != parameter.default:
                    shown.append(f"{name}={value!r}")
            elif isinstance(value, tuple) and len(value) >= 2:
                key, first, *default = value
                if not (default and default[0] == first):
                    shown.append(f"{key}={first!r}")
            elif isinstance(value, tuple) and value:
                shown.append(repr(value[0]))
            else:
                shown.append(repr(value))
        return f"{type(self).__name__}({', '.join(shown)})"

    cls.__repr__ = __repr__  # type: ignore[method-assign]
    return cls
