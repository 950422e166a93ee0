"""An asyncio.Queue between task calls."""

import asyncio

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="concurrency-producer-and-consumer")


@env.task
async def double(x: int) -> int:
    return 2 * x


@env.task
async def main_task(n: int) -> list[int]:
    queue: asyncio.Queue = asyncio.Queue()
    out: list[int] = []

    async def worker() -> None:
        while True:
            x = await queue.get()
            if x is None:
                return
            out.append(await double(x))

    for i in range(n):
        queue.put_nowait(i)
    queue.put_nowait(None)
    await worker()
    return out


def main():
    return only(main_task, 4)
