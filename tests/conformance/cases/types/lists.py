"""Lists are strict about their elements and about being lists."""

import typing

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="types-lists")


@env.task
def ints(x: list[int]) -> list[int]:
    return x


@env.task
def floats(x: typing.List[float]) -> typing.List[float]:
    return x


@env.task
def nested(x: list[list[int]]) -> list[list[int]]:
    return x


def main():
    return [
        only(ints, []),
        only(ints, [1, 2]),
        only(nested, [[1], []]),
        only(floats, [1.0]),
        caught(lambda: local(ints, (1, 2))),
        caught(lambda: local(floats, (1.0,))),
        caught(lambda: local(ints, ["a"])),
        caught(lambda: local(floats, [1])),
        caught(lambda: local(floats, [1.0, 2])),
        caught(lambda: local(ints, {1})),
        caught(lambda: local(ints, None), message=False),
    ]
