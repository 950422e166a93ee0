"""An async task may call itself."""

import asyncio

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-recursion-async")


@env.task
async def fibonacci(n: int) -> int:
    if n < 2:
        return n
    a, b = await asyncio.gather(fibonacci(n - 1), fibonacci(n - 2))
    return a + b


def main():
    return only(fibonacci, 8)
