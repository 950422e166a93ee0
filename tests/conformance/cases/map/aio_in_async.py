"""`flyte.map.aio` in an async task (MAP-25)."""

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="map-aio-in-async")


@env.task
def square(x: int) -> int:
    if x < 0:
        raise ValueError("negative")
    return x * x


@env.task
async def main_task() -> list[str]:
    plain = [each async for each in flyte.map.aio(square, [1, 2], return_exceptions=False)]
    mixed = [str(each) async for each in flyte.map.aio(square, [1, -1], concurrency=1, group_name="g")]
    return [repr(plain), repr(mixed)]


@env.task
async def failing() -> int:
    total = 0
    async for each in flyte.map.aio(square, [2, -1], return_exceptions=False):
        total += each
    return total


def main():
    return [only(main_task), caught(lambda: local(failing))]
