"""A task given to another task."""

import typing

import flyte
from conformance_support import caught, only

env = flyte.TaskEnvironment(name="calls-tasks-as-values")


@env.task
def square(x: int) -> int:
    return x * x


@env.task
def apply(task: typing.Any, x: int) -> int:
    return task(x)


@env.task
def main_task() -> int:
    return apply(square, 3)


def main():
    return [caught(lambda: only(main_task)), main_task()]
