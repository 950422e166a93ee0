"""The policies a cache uses when it names none."""

from __future__ import annotations

from .cache import CachePolicy
from .policy_function_body import FunctionBodyPolicy


def get_default_policies() -> list[CachePolicy]:
    """Only `FunctionBodyPolicy`."""
    return [FunctionBodyPolicy()]
