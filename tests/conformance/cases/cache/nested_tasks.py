"""A cached parent does not run its children again."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="cache-nested-tasks")


RUNS = []


@env.task
def child(x: int) -> int:
    RUNS.append("child")
    return x


@env.task(cache="auto")
def parent(x: int) -> int:
    RUNS.append("parent")
    return child(x)


def main():
    return [only(parent, 1), only(parent, 1), RUNS]
