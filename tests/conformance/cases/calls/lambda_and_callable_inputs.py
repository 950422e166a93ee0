"""Functions cross a task border."""

import typing

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-lambda-and-callable-inputs")


@env.task
def apply(f: typing.Callable[[int], int], x: int) -> int:
    return f(x)


@env.task
def main_task() -> list[int]:
    return [apply(lambda v: v + 1, 2), apply(abs, -3)]


def main():
    return only(main_task)
