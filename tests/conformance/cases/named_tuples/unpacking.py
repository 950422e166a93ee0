"""Unpacking works inside a run and on a direct call."""

import typing

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="named-tuples-unpacking")


class Out(typing.NamedTuple):
    a: int
    b: list[int]


@env.task
def give(n: int) -> Out:
    return Out(n, [n])


@env.task
def main_task() -> int:
    a, b = give(2)
    first, *_ = give(5)
    return a + b[0] + first


def main():
    return [only(main_task), main_task()]
