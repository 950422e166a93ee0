"""Task documentation."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass
class Documentation:
    """What a task does, as one text (upstream: `flyte.Documentation`; MAPPING CFG-17).

    Args:
        description: the text shown for the task.
    """

    description: str

    def __help__str__(self) -> str:
        return self.description


def documentation_of(func: Callable[..., Any] | None) -> Documentation:
    """The documentation of a function: its cleaned docstring, or an empty description."""
    return Documentation(description=(inspect.getdoc(func) or "") if func is not None else "")
