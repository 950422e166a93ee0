"""Several iterables, in the order of the parameters (MAP-03)."""

import itertools

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="map-several-iterables")


@env.task
def join(a: int, b: str, c: float = 0.5) -> str:
    return f"{a}{b}{c}"


@env.task
def main_task() -> list[str]:
    return [
        *flyte.map(join, [1, 2], ["x", "y"]),
        *flyte.map(join, [1, 2], ["x", "y"], [1.0, 2.0]),
        *flyte.map(join, [1, 2], itertools.repeat("r")),
    ]


def main():
    return only(main_task)
