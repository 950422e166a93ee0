"""Any iterable can be mapped."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="map-over-generator-and-range")


@env.task
def same(x: int) -> int:
    return x


@env.task
def main_task() -> list[int]:
    return [*flyte.map(same, range(2)), *flyte.map(same, (i for i in (5, 6))), *flyte.map(same, {"k": 1}.values())]


def main():
    return only(main_task)
