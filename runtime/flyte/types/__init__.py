"""Types with special handling, and the way to add more (upstream: `flyte.types`; MAPPING IMP-55, IMP-74)."""

from __future__ import annotations

from .._structured import TypeTransformerFailedError
from ._engine import TypeEngine, TypeTransformer
from ._pickle import FlytePickle
from ._renderer import Renderable

__all__ = ["FlytePickle", "Renderable", "TypeEngine", "TypeTransformer", "TypeTransformerFailedError"]
