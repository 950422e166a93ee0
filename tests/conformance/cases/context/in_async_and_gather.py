"""Every concurrent call has a context of its own."""

import asyncio

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="context-in-async-and-gather")


@env.task
async def inner(x: int) -> str:
    before = flyte.ctx().action.name
    await asyncio.sleep(0.005 * (3 - x))
    return str(before == flyte.ctx().action.name) + str(x)


@env.task
async def main_task() -> list[str]:
    own = flyte.ctx().action.name
    got = await asyncio.gather(*[inner(x) for x in range(3)])
    return [*got, str(own == flyte.ctx().action.name)]


def main():
    return only(main_task)
