"""The guide's async chain over a list, gathered."""

import asyncio

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="concurrency-async-chain")


@env.task
async def load(n: int) -> int:
    return n


@env.task
async def square(n: int) -> int:
    return n * n


async def chain(n: int) -> int:
    return await square(await load(n))


@env.task
async def main_task(n: int) -> list[int]:
    return list(await asyncio.gather(*[chain(i) for i in range(n)]))


def main():
    return only(main_task, 4)
