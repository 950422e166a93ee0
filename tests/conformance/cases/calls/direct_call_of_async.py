"""A direct call of an async task is its plain coroutine."""

import asyncio

import flyte

env = flyte.TaskEnvironment(name="calls-direct-call-of-async")


@env.task
async def add(a: int, b: int = 2) -> int:
    return a + b


def main():
    return [asyncio.run(add(1)), asyncio.run(add(1, b=5))]
