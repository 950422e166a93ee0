"""Tasks that only sleep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .._task import AsyncFunctionTaskTemplate
from .._task_plugins import TaskPluginRegistry


@dataclass
class Sleep:
    """Configuration of a task that the cluster runs without a pod; the duration is its input."""


@dataclass(kw_only=True)
class SleepTask(AsyncFunctionTaskTemplate[Any, Any, Any]):
    """A task that only sleeps."""

    plugin_config: Sleep
    task_type: str = "core-sleep"


TaskPluginRegistry.register(Sleep, SleepTask)
