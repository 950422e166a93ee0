"""The configuration of a Dask task. Locally the task runs as it is: upstream connects only on a cluster."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flyte._resources import Resources
from flyte._task import AsyncFunctionTaskTemplate
from flyte._task_plugins import TaskPluginRegistry


@dataclass
class Scheduler:
    """The scheduler of a Dask cluster."""

    image: str | None = None
    resources: Resources | None = None


@dataclass
class WorkerGroup:
    """The workers of a Dask cluster."""

    number_of_workers: int | None = 1
    image: str | None = None
    resources: Resources | None = None


@dataclass
class Dask:
    """Configuration of a Dask task."""

    scheduler: Scheduler = field(default_factory=Scheduler)
    workers: WorkerGroup = field(default_factory=WorkerGroup)


@dataclass(kw_only=True)
class DaskTask(AsyncFunctionTaskTemplate[Any, Any, Any]):
    """A task on a Dask cluster."""

    plugin_config: Dask
    task_type: str = "dask"
    debuggable: bool = True


TaskPluginRegistry.register(Dask, DaskTask)
