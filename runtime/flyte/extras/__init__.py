"""Extras for customised workflows (upstream: `flyte.extras`; MAPPING section 11)."""

from __future__ import annotations

from . import shell
from ._container import ContainerTask
from ._sleep import Sleep, SleepTask

__all__ = ["ContainerTask", "Sleep", "SleepTask", "shell"]
