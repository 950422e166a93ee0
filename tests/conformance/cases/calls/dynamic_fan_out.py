"""Loops over results, as a former dynamic workflow has them (DYN-02)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-dynamic-fan-out")


@env.task
def size(n: int) -> int:
    return n + 1


@env.task
def square(x: int) -> int:
    return x * x


@env.task
def main_task(n: int) -> int:
    total = 0
    for x in range(size(n)):
        if square(x) % 2 == 0:
            total += square(x)
    return total


def main():
    return only(main_task, 5)
