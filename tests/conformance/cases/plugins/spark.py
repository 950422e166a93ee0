"""The configuration of Spark tasks, and the session a task gets."""

import stand_ins

stand_ins.install()

import flyte
from conformance_support import caught, described
from flyteplugins.databricks import Databricks
from flyteplugins.spark import Spark


def main():
    env = flyte.TaskEnvironment(name="plugins-spark", plugin_config=Spark(spark_conf={"a": "b"}))

    @env.task
    def task(x: int) -> int:
        return x

    return [
        described(Spark()),
        described(Spark({"a": "b"}, hadoop_conf={"c": "d"}, executor_path="e", applications_path="f")),
        described(Databricks(spark_conf={}, databricks_conf={"a": 1}, databricks_instance="i", databricks_token="t")),
        caught(lambda: Spark(conf={})),
        caught(lambda: Databricks(databricks_token_secret="t")),
        [type(task).__name__, task.task_type, task.name],
    ]
