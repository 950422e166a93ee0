"""A sync task may run async tasks with `asyncio.run`."""

import asyncio

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-asyncio-run-in-a-sync-task")


@env.task
async def inner(x: int) -> int:
    return x * 2


@env.task
def main_task() -> int:
    return asyncio.run(inner(4))


def main():
    return only(main_task)
