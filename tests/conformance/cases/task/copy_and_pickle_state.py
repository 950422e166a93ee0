"""A copied task still works."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="task-copy-and-pickle-state")


import copy


@env.task
def work(x: int) -> int:
    return x


def main():
    twin = copy.copy(work)
    return [only(twin, 2), twin.parent_env() is env, twin is not work]
