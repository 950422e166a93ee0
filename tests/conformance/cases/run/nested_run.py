"""A sync task may start a run of its own."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="run-nested-run")


@env.task
def inner(x: int) -> int:
    return x + 1


@env.task
def main_task() -> int:
    return flyte.with_runcontext(mode="local").run(inner, 1).outputs()[0]


def main():
    return only(main_task)
