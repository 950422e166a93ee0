"""`flyte.syncify` for functions, methods, class methods and generators."""

import asyncio

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="syncify-functions-and-methods")


from flyte.syncify import syncify


@syncify
async def twice(x: int) -> int:
    return x * 2


@syncify
async def numbers(n: int):
    for i in range(n):
        yield i


class Thing:
    factor = 3

    @syncify
    async def times(self, x: int) -> int:
        return x * self.factor

    @syncify
    @classmethod
    async def of_class(cls, x: int) -> int:
        return x * cls.factor


async def go():
    return [
        await twice.aio(2),
        [i async for i in numbers.aio(2)],
        await Thing().times.aio(2),
        await Thing.of_class.aio(2),
    ]


def main():
    return [
        twice(1),
        list(numbers(3)),
        Thing().times(1),
        Thing.of_class(1),
        asyncio.run(go()),
        caught(lambda: syncify(len), message=False),
    ]
