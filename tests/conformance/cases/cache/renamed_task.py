"""Another environment name is another cache entry (SEM-13)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="cache-renamed-task")


RUNS = []
first = flyte.TaskEnvironment(name="cache-renamed-one", cache=flyte.Cache("auto", version_override="1"))
second = flyte.TaskEnvironment(name="cache-renamed-two", cache=flyte.Cache("auto", version_override="1"))


def work(x: int) -> int:
    RUNS.append(x)
    return x


one, two = first.task(work), second.task(work)


def main():
    for task in (one, two, one, two):
        only(task, 1)
    return RUNS
