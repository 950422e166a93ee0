"""Registration of Pandera types."""

from __future__ import annotations


def register_type_transformers() -> None:
    """Carry Pandera's typed frames. They are known once `flyte.io` is; calling this again changes nothing."""
    import flyte.io  # noqa: F401
