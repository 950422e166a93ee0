"""The configuration of a Databricks task. Locally the function runs in this process with a local Spark session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flyte._task_plugins import TaskPluginRegistry

from flyteplugins.spark.task import PysparkFunctionTask, Spark


@dataclass
class Databricks(Spark):
    """Configuration of a Databricks task: that of Spark and where the workspace is."""

    databricks_conf: dict[str, Any] | None = None
    databricks_instance: str | None = None
    databricks_token: str | None = None


@dataclass(kw_only=True)
class DatabricksFunctionTask(PysparkFunctionTask):
    """A task on Databricks."""

    plugin_config: Databricks
    task_type: str = "databricks"


TaskPluginRegistry.register(Databricks, DatabricksFunctionTask)
