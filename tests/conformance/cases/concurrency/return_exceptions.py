"""gather with return_exceptions=True keeps failures in place."""

import asyncio

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="concurrency-return-exceptions")


@env.task
def half(x: int) -> int:
    if x % 2:
        raise ValueError(f"{x} is odd")
    return x // 2


@env.task
async def main_task() -> list[str]:
    got = await asyncio.gather(*[half.aio(x) for x in (2, 3, 4)], return_exceptions=True)
    return [f"{type(each).__name__} {getattr(each, 'code', '')} {each}" for each in got]


def main():
    return only(main_task)
