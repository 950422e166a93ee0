"""Pandera validation (upstream: `flyteplugins.pandera`; MAPPING PLG-13)."""

from flyteplugins.pandera.config import ValidationConfig
from flyteplugins.pandera.register import register_type_transformers

__all__ = ["ValidationConfig", "register_type_transformers"]
