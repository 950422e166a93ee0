"""A fan-out of some size keeps its order."""

import asyncio

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="concurrency-fan-out-of-many")


@env.task
async def same(x: int) -> int:
    return x


@env.task
def same_sync(x: int) -> int:
    return x


@env.task
async def main_task() -> bool:
    first = await asyncio.gather(*[same(x) for x in range(60)])
    second = await asyncio.gather(*[same_sync.aio(x) for x in range(60)])
    return list(first) == list(second) == list(range(60))


def main():
    return only(main_task)
