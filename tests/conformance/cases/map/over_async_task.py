"""A sync task may map over an async one (TRAP-18)."""

import asyncio

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="map-over-async-task")


@env.task
async def square(x: int) -> int:
    await asyncio.sleep(0)
    return x * x


@env.task
def main_task() -> list[int]:
    return list(flyte.map(square, [1, 2]))


def main():
    return [only(main_task), main_task()]
