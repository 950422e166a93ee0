"""An async driver over sync and async tasks."""

import asyncio

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="concurrency-mixed-sync-and-async")


@env.task
def sync_one(x: int) -> int:
    return x + 1


@env.task
async def async_one(x: int) -> int:
    return x * 10


@env.task
async def main_task() -> list[int]:
    return list(await asyncio.gather(sync_one.aio(1), async_one(1), sync_one.aio(2), async_one.aio(2)))


def main():
    return only(main_task)
