"""asyncio.wait_for cancels an awaited task."""

import asyncio

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="concurrency-wait-for")


SEEN = []


@env.task
async def slow() -> int:
    try:
        await asyncio.sleep(5)
    except asyncio.CancelledError:
        SEEN.append("cancelled")
        raise
    return 1


@env.task
async def main_task() -> str:
    try:
        await asyncio.wait_for(slow(), timeout=0.02)
    except asyncio.TimeoutError:
        return "timed out"
    return ""


def main():
    return [only(main_task), SEEN]
