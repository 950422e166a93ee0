"""Results come in the order of the inputs (MAP-01)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="map-in-order")


@env.task
def square(x: int) -> int:
    return x * x


@env.task
def main_task() -> list[int]:
    return list(flyte.map(square, [3, 1, 2], return_exceptions=False))


def main():
    return [only(main_task), main_task()]
