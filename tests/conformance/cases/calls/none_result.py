"""A task without a result gives None."""

import flyte
from conformance_support import local, only

env = flyte.TaskEnvironment(name="calls-none-result")


@env.task
def nothing() -> None:
    pass


@env.task
def unannotated(x: int):
    pass


@env.task
def main_task() -> list[str]:
    return [repr(nothing()), repr(unannotated(1))]


def main():
    return [only(main_task), repr(local(nothing)), repr(local(unannotated, 1))]
