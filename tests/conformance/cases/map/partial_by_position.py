"""Prefix partials are accepted when one parameter is left (MAP-06)."""

import functools

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="map-partial-by-position")


@env.task
def join(a: int, b: str, c: float) -> str:
    return f"{a}{b}{c}"


@env.task
def main_task() -> list[str]:
    return list(flyte.map(functools.partial(join, 1, "b"), [0.5, 1.5]))


def main():
    return only(main_task)
