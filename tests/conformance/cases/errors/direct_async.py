"""A direct call of an async task raises the original (TRAP-31)."""

import asyncio

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="errors-direct-async")


@env.task
async def fails() -> int:
    raise ValueError("direct")


def main():
    return [caught(lambda: asyncio.run(fails())), caught(lambda: asyncio.run(fails.func()))]
