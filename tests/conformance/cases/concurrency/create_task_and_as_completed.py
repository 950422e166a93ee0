"""create_task, wait and as_completed over task calls."""

import asyncio

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="concurrency-create-task-and-as-completed")


@env.task
async def work(x: int) -> int:
    await asyncio.sleep(0.01 * (3 - x))
    return x


@env.task
async def main_task() -> list[list[int]]:
    first = asyncio.create_task(work(0))
    second = asyncio.create_task(work(1))
    waited = [await second, await first]
    completed = [await each for each in asyncio.as_completed([work(0), work(2)])]
    done, _ = await asyncio.wait([asyncio.ensure_future(work(2))])
    return [waited, completed, [each.result() for each in done]]


def main():
    return only(main_task)
