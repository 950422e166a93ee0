"""Async tasks in a gather interleave at their awaits."""

import asyncio

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="concurrency-gather-async-tasks")


STEPS = []


@env.task
async def work(x: int) -> int:
    STEPS.append(f"a{x}")
    await asyncio.sleep(0.01 * (x + 1))
    STEPS.append(f"b{x}")
    return x * x


@env.task
async def main_task() -> list[int]:
    return list(await asyncio.gather(*[work(x) for x in range(3)]))


def main():
    return [only(main_task), STEPS]
