"""The configuration of a Spark task and its session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import flyte
from flyte._task import AsyncFunctionTaskTemplate
from flyte._task_plugins import TaskPluginRegistry

DEFAULT_SPARK_CONTEXT_NAME = "FlyteSpark"


@dataclass
class Spark:
    """Configuration of a Spark task; missing `spark_conf` and `hadoop_conf` become empty dictionaries."""

    spark_conf: dict[str, str] | None = None
    hadoop_conf: dict[str, str] | None = None
    executor_path: str | None = None
    applications_path: str | None = None
    driver_pod: flyte.PodTemplate | None = None
    executor_pod: flyte.PodTemplate | None = None

    def __post_init__(self) -> None:
        if self.spark_conf is None:
            self.spark_conf = {}
        if self.hadoop_conf is None:
            self.hadoop_conf = {}


def _session() -> Any:
    import pyspark

    return pyspark.sql.SparkSession.builder.appName(DEFAULT_SPARK_CONTEXT_NAME).getOrCreate()


@dataclass(kw_only=True)
class PysparkFunctionTask(AsyncFunctionTaskTemplate[Any, Any, Any]):
    """A task with a Spark session, which `flyte.ctx()["spark_session"]` gives; the run's root task ends it."""

    plugin_config: Spark
    task_type: str = "spark"
    debuggable: bool = True

    async def pre(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {"spark_session": _session()}

    async def post(self, return_vals: Any) -> Any:
        context = flyte.ctx()
        if context and context.action.name == "a0":
            _session().stop()


TaskPluginRegistry.register(Spark, PysparkFunctionTask)
