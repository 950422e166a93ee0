"""By default the blocking form in an async task yields the refusal as a value."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="map-blocking-in-async-as-value")


@env.task
def square(x: int) -> int:
    return x * x


@env.task
async def main_task() -> list[str]:
    return [f"{type(each).__name__} {str(each)[:17]}" for each in flyte.map(square, [1, 2])]


def main():
    return only(main_task)
