"""gather without it raises the first failure, and the others still run."""

import asyncio
import threading

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="concurrency-first-failure")


DONE = []
FAILED = threading.Event()


@env.task
def work(x: int) -> int:
    if x == 1:
        raise KeyError("one")
    FAILED.wait(20)
    DONE.append(x)
    return x


@env.task
async def main_task() -> str:
    try:
        await asyncio.gather(*[work.aio(x) for x in range(3)])
    except Exception as error:
        FAILED.set()
        while len(DONE) < 2:
            await asyncio.sleep(0.005)
        return f"{type(error).__name__} {error.code}"
    return ""


def main():
    return [only(main_task), sorted(DONE)]
