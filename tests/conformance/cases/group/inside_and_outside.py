"""`flyte.group` works inside and outside of runs (WF-47)."""

import asyncio

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="group-inside-and-outside")


@env.task
def work(x: int) -> int:
    return x


@env.task
def main_task() -> list[int]:
    with flyte.group("first"):
        a = work(1)
        with flyte.group("second"):
            b = work(1)
    return [a, b, work(1)]


@env.task
async def async_task() -> list[int]:
    with flyte.group("g"):
        return list(await asyncio.gather(work.aio(1), work.aio(2)))


def main():
    with flyte.group("outside"):
        direct = work(5)
    return [only(main_task), only(async_task), direct]
