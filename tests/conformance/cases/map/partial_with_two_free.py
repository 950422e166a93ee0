"""A partial that leaves two parameters, or one with a default, is refused (MAP-05, MAP-08)."""

import functools

import flyte
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="map-partial-with-two-free")


@env.task
def join(a: int, b: str, c: float = 0.5) -> str:
    return f"{a}{b}{c}"


@env.task
def main_task() -> list[str]:
    return list(flyte.map(functools.partial(join, b="x"), [1]))


def main():
    return [caught(lambda: local(main_task)), [*flyte.map(join, [1], ["x"])]]
