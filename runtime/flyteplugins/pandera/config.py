"""How a failed validation is reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ValidationConfig:
    """In an `Annotated` Pandera type: raise on a validation error, or only warn."""

    on_error: Literal["raise", "warn"] = "raise"
