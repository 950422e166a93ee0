"""`func` and `forward` are the plain function."""

import asyncio

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="task-func-and-forward")


@env.task
def work(x: int) -> int:
    return x + 1


@env.task
async def async_work(x: int) -> int:
    return x + 2


@env.task
def main_task() -> list[int]:
    return [work.func(1), work.forward(1), asyncio.run(async_work.func(1))]


def main():
    return [only(main_task), main_task(), work.forward("a") if False else work.forward(5)]
