"""Arithmetic with a failure raises the failure itself."""

import flyte
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="errors-arithmetic-with-an-error")


@env.task
def half(x: int) -> int:
    if x % 2:
        raise ValueError(f"{x} is odd")
    return x // 2


@env.task
def main_task() -> int:
    return sum(flyte.map(half, [2, 3, 4]))


def main():
    return caught(lambda: local(main_task))
