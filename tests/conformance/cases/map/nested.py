"""A mapped task that maps itself."""

import itertools

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="map-nested")


@env.task
def cell(x: int, y: int) -> int:
    return x * y


@env.task
def row(x: int) -> list[int]:
    return list(flyte.map(cell, itertools.repeat(x), [1, 2, 3]))


@env.task
def main_task() -> list[list[int]]:
    return list(flyte.map(row, [1, 2]))


def main():
    return only(main_task)
