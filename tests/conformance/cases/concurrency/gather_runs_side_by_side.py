"""`asyncio.gather` over `.aio` of sync tasks runs them at once, results in call order (TRAP-28, MAP-24)."""

import asyncio
import threading

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="concurrency-gather-runs-side-by-side")

# Each task waits for the one started after it, so they end in the opposite order, and only if all run at once.
ENDED = [threading.Event() for _ in range(4)]
ORDER = []


@env.task
def wait(x: int) -> int:
    if x < 3:
        assert ENDED[x + 1].wait(20)
    ORDER.append(x)
    ENDED[x].set()
    return x


@env.task
async def main_task() -> list[int]:
    return await asyncio.gather(*[wait.aio(x) for x in range(4)])


def main():
    return [only(main_task), ORDER]
