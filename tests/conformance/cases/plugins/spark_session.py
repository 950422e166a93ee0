"""A Spark task finds its session in the context; the root of the run ends it."""

import sys
import types

import stand_ins

stand_ins.install()

import flyte
from conformance_support import only

calls = []


class Builder:
    def appName(self, name):
        calls.append(["app", name])
        return self

    def getOrCreate(self):
        return Session()


class Session:
    def __eq__(self, other):
        return isinstance(other, Session)

    def stop(self):
        calls.append(["stop"])


sql = types.SimpleNamespace(SparkSession=types.SimpleNamespace(builder=Builder()))

from flyteplugins.spark import Spark

env = flyte.TaskEnvironment(name="plugins-spark-session", plugin_config=Spark())


@env.task
def child() -> bool:
    return flyte.ctx()["spark_session"] == Session()


@env.task
async def parent() -> list[bool]:
    return [flyte.ctx()["spark_session"] == Session(), await child.aio(), flyte.ctx()["other"] is None]


def main():
    before = sys.modules["pyspark"]
    sys.modules["pyspark"] = types.ModuleType("pyspark")
    sys.modules["pyspark"].sql = sql
    try:
        return [only(parent), only(child), calls]
    finally:
        sys.modules["pyspark"] = before
