"""Results of a gather used as keyword and collection values."""

import asyncio

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="concurrency-gather-of-lists-and-dicts")


@env.task
def size(word: str) -> int:
    return len(word)


@env.task
def report(sizes: dict[str, int]) -> str:
    return ",".join(f"{k}={v}" for k, v in sorted(sizes.items()))


@env.task
async def main_task(words: list[str]) -> str:
    sizes = await asyncio.gather(*[size.aio(word) for word in words])
    return await report.aio(dict(zip(words, sizes)))


def main():
    return only(main_task, ["a", "bbb", "cc"])
