"""Calling an async task from a sync one gives a coroutine, no error (TRAP-18)."""

import asyncio

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-async-from-sync-gives-a-coroutine")


@env.task
async def inner(x: int) -> int:
    return x


@env.task
def main_task() -> bool:
    made = inner(1)
    found = asyncio.iscoroutine(made)
    made.close()
    return found


def main():
    return only(main_task)
