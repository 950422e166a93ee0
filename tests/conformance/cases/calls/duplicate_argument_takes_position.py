"""A value given by position wins over the same given by name (TRAP-07)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-duplicate-argument-takes-position")


@env.task
def two(a: int, b: int = 5) -> int:
    return a + b


@env.task
def main_task() -> int:
    return two(1, a=20)


def main():
    return only(main_task)
