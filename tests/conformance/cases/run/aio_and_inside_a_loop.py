"""Runs can be awaited, and started from within an event loop (TST-06)."""

import asyncio

import flyte

env = flyte.TaskEnvironment(name="run-aio-and-inside-a-loop")


@env.task
def one(x: int) -> int:
    return x


@env.task
async def two(x: int) -> int:
    return x


async def go():
    awaited = await flyte.run.aio(one, 1)
    context = await flyte.with_runcontext(mode="local").run.aio(two, x=2)
    blocking = flyte.with_runcontext(mode="local").run(two, 3)
    return [list(awaited.outputs()), list(await context.outputs.aio()), list(blocking.outputs())]


def main():
    return asyncio.run(go())
