"""asyncio.timeout-like code around sync tasks."""

import asyncio

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="concurrency-timeouts-and-task-groups")


@env.task
def quick(x: int) -> int:
    return x


@env.task
async def main_task() -> list[int]:
    got = [await asyncio.wait_for(quick.aio(1), timeout=5)]
    got.append(await asyncio.shield(asyncio.ensure_future(quick.aio(2))))
    return got


def main():
    return only(main_task)
