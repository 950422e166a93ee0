"""Calling a sync task from an async one is an error with a hint (TRAP-17)."""

import asyncio

import flyte
from conformance_support import caught, only

env = flyte.TaskEnvironment(name="calls-sync-from-async-is-refused")


@env.task
def inner(x: int) -> int:
    return x


@env.task
async def main_task() -> str:
    try:
        return str(inner(1))
    except Exception as error:
        return f"{type(error).__name__} {error.code} {error}"


def main():
    return [only(main_task), caught(lambda: asyncio.run(main_task()))]
