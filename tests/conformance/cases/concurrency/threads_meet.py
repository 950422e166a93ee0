"""Sync bodies started with `.aio` really run at the same time."""

import asyncio
import threading

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="concurrency-threads-meet")


MEETING = threading.Barrier(3, timeout=10)


@env.task
def meet(x: int) -> int:
    MEETING.wait()
    return x


@env.task
async def main_task() -> list[int]:
    return await asyncio.gather(*[meet.aio(x) for x in range(3)])


def main():
    return only(main_task)
