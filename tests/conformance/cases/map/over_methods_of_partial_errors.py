"""A partial of something that is no task; a task with no parameters."""

import functools

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="map-over-methods-of-partial-errors")


@env.task
def nothing() -> int:
    return 1


def plain(x: int) -> int:
    return x


def main():
    return [
        caught(lambda: list(flyte.map(functools.partial(plain), [1])), message=False),
        caught(lambda: list(flyte.map(nothing, [1], return_exceptions=False)), message=False),
        caught(lambda: list(flyte.map(functools.partial(nothing), [1]))),
    ]
