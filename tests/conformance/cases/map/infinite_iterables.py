"""Finite with infinite iterables."""

import itertools

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="map-infinite-iterables")


@env.task
def join(a: int, b: int) -> int:
    return a * 10 + b


@env.task
def main_task() -> list[int]:
    return list(flyte.map(join, itertools.count(), [5, 6]))


def main():
    return only(main_task)
