"""Extras for customised workflows (upstream: `flyte.extras`; MAPPING section 11)."""

from __future__ import annotations

from ._container import ContainerTask
from ._sleep import Sleep, SleepTask

__all__ = ["ContainerTask", "Sleep", "SleepTask"]
