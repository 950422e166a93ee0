"""The environment's cache is the default of its tasks."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="cache-of-the-environment")


cached = flyte.TaskEnvironment(name="cache-of-env", cache="auto")
RUNS = []


@cached.task
def work(x: int) -> int:
    RUNS.append("work")
    return x


@cached.task(cache="disable")
def plain(x: int) -> int:
    RUNS.append("plain")
    return x


def main():
    for task in (work, work, plain, plain):
        only(task, 1)
    return [RUNS, work.cache.behavior, plain.cache.behavior]
