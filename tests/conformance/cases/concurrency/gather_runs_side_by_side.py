"""`asyncio.gather` over `.aio` of sync tasks runs them at once, results in order (TRAP-28, MAP-24)."""

import asyncio
import time

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="concurrency-gather-runs-side-by-side")


@env.task
def wait(x: int) -> int:
    time.sleep(0.06 - 0.02 * x)
    return x


@env.task
async def main_task() -> list[int]:
    began = time.monotonic()
    got = await asyncio.gather(*[wait.aio(x) for x in range(3)])
    assert time.monotonic() - began < 0.11
    return got


def main():
    return only(main_task)
