"""Exceptions handed from task to task as values."""

import typing

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="errors-exceptions-as-values")


@env.task
def half(x: int) -> int:
    if x % 2:
        raise ValueError(f"{x} is odd")
    return x // 2


@env.task
def collect(results: list[typing.Any]) -> list[str]:
    return [type(each).__name__ for each in results]


@env.task
def own(error: ValueError) -> str:
    return repr(error)


@env.task
def main_task() -> str:
    try:
        return repr(collect(list(flyte.map(half, [2, 3]))))
    except Exception as error:
        return f"{type(error).__name__} {error.code}"


def main():
    return [only(main_task), caught(lambda: local(own, ValueError("x")), message=False)]
