"""The result can be consumed once (MAP-22)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="map-consumed-once")


@env.task
def same(x: int) -> int:
    return x


@env.task
def main_task() -> list[list[int]]:
    made = flyte.map(same, [1, 2])
    return [list(made), list(made)]


def main():
    return only(main_task)
