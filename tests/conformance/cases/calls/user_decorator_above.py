"""A decorator above `@env.task` leaves a plain function (WF-43)."""

import functools

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="calls-user-decorator-above")


def plus_one(task):
    @functools.wraps(task)
    def inner(*args, **kwargs):
        return task(*args, **kwargs) + 1

    return inner


@plus_one
@env.task
def answer(x: int) -> int:
    return x


@env.task
def main_task() -> int:
    return answer(1)


def main():
    return [only(main_task), answer(1), hasattr(answer, "override"), caught(lambda: local(answer, 1))]
