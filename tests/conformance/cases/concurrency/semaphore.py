"""A semaphore bounds how many run at once."""

import asyncio
import threading

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="concurrency-semaphore")


LOCK = threading.Lock()
PAIR = threading.Barrier(2, timeout=20)
STATE = {"now": 0, "most": 0}


@env.task
def work(x: int) -> int:
    with LOCK:
        STATE["now"] += 1
        STATE["most"] = max(STATE["most"], STATE["now"])
    PAIR.wait()
    with LOCK:
        STATE["now"] -= 1
    return x


@env.task
async def main_task(limit: int) -> list[int]:
    semaphore = asyncio.Semaphore(limit)

    async def bounded(x: int) -> int:
        async with semaphore:
            return await work.aio(x)

    return list(await asyncio.gather(*[bounded(x) for x in range(6)]))


def main():
    return [only(main_task, 2), STATE["most"]]
