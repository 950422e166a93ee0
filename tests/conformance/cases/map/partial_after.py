"""A partial that binds parameters after the mapped one (MAP-04)."""

import functools

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="map-partial-after")


@env.task
def join(a: int, b: str) -> str:
    return f"{a}{b}"


@env.task
def main_task() -> list[str]:
    return list(flyte.map(functools.partial(join, b="z"), [1, 2]))


def main():
    return only(main_task)
