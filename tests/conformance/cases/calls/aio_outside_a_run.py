"""Outside a run `.aio` of a sync task gives the value, of an async task a coroutine."""

import asyncio

import flyte

env = flyte.TaskEnvironment(name="calls-aio-outside-a-run")


@env.task
def plain(x: int) -> int:
    return x + 1


@env.task
async def slow(x: int) -> int:
    return x + 1


async def both():
    inner = await slow.aio(1)
    return [await plain.aio(1), asyncio.iscoroutine(inner), await inner]


def main():
    return asyncio.run(both())
