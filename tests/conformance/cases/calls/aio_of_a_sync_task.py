"""`.aio` calls a sync task from an async one."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-aio-of-a-sync-task")


@env.task
def inner(x: int) -> int:
    return x + 1


@env.task
async def main_task() -> int:
    return await inner.aio(1) + await inner.aio(x=5)


def main():
    return only(main_task)
