"""itertools.repeat with an empty list gives nothing; no iterables give nothing (MAP-07)."""

import itertools

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="map-repeat-and-empty")


@env.task
def join(a: int, b: str) -> str:
    return f"{a}{b}"


@env.task
def main_task() -> list[int]:
    return [
        len(list(flyte.map(join, [], itertools.repeat("r")))),
        len(list(flyte.map(join))),
        len(list(flyte.map(join, itertools.repeat(1), ["a", "b"]))),
    ]


def main():
    return only(main_task)
