"""A threading lock shared by tasks that run side by side."""

import asyncio
import threading

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="concurrency-locks-between-sync-tasks")


LOCK = threading.Lock()
TOTAL = [0]


@env.task
def add(n: int) -> int:
    for _ in range(n):
        with LOCK:
            TOTAL[0] += 1
    return n


@env.task
async def main_task() -> int:
    await asyncio.gather(*[add.aio(200) for _ in range(5)])
    return TOTAL[0]


def main():
    return only(main_task)
