"""A traced function inside and outside of a run."""

import asyncio

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="trace-function")


@flyte.trace
def helper(x: int) -> int:
    return x + 1


@flyte.trace
async def async_helper(x: int) -> int:
    return x + 2


@env.task
def main_task() -> int:
    return helper(1)


@env.task
async def async_task() -> int:
    return await async_helper(1) + await async_helper(x=5)


def main():
    return [only(main_task), only(async_task), helper(5), asyncio.run(async_helper(5)), helper.__name__]
