"""Traced generators, sync and async."""

import typing

import flyte
from conformance_support import caught, only

env = flyte.TaskEnvironment(name="trace-generators")


@flyte.trace
def numbers(n: int) -> typing.Iterator[int]:
    yield from range(n)


@flyte.trace
async def async_numbers(n: int) -> typing.AsyncIterator[int]:
    for i in range(n):
        yield i


@env.task
def main_task() -> list[int]:
    return list(numbers(3))


@env.task
async def async_task() -> list[int]:
    return [i async for i in async_numbers(3)]


def main():
    return [
        list(numbers(2)),
        caught(lambda: only(main_task), message=False),
        caught(lambda: only(async_task), message=False),
    ]
