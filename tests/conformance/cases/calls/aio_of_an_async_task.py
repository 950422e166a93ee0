"""`.aio` of an async task is the same as calling it, inside a run."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-aio-of-an-async-task")


@env.task
async def inner(x: int) -> int:
    return x + 1


@env.task
async def main_task() -> int:
    return await inner.aio(1) + await inner(5)


def main():
    return only(main_task)
