"""A sibling's result is kept when another fails and is caught."""

import asyncio

import flyte
import flyte.errors
from conformance_support import only

env = flyte.TaskEnvironment(name="concurrency-failing-async-parent-with-siblings")


@env.task
async def good() -> int:
    await asyncio.sleep(0.005)
    return 7


@env.task
async def bad() -> int:
    raise ValueError("bad")


async def guarded():
    try:
        return await bad()
    except flyte.errors.RuntimeUserError as error:
        return error.code


@env.task
async def main_task() -> str:
    return repr(await asyncio.gather(good(), guarded()))


def main():
    return only(main_task)
