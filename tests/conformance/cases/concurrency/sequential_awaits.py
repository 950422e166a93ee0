"""Awaits in sequence run one after the other."""

import asyncio

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="concurrency-sequential-awaits")


STEPS = []


@env.task
async def work(x: int) -> int:
    STEPS.append(f"start {x}")
    await asyncio.sleep(0.001)
    STEPS.append(f"end {x}")
    return x


@env.task
async def main_task() -> int:
    first = await work(1)
    second = await work(first + 1)
    return first + second


def main():
    return [only(main_task), STEPS]
