"""NamedTuples within containers keep their class."""

import typing

import flyte
from conformance_support import described, only

env = flyte.TaskEnvironment(name="named-tuples-in-a-list")


class Pair(typing.NamedTuple):
    a: int
    b: str


@env.task
def give() -> list[Pair]:
    return [Pair(1, "x")]


@env.task
def main_task() -> str:
    return described(give()[0])


def main():
    return only(main_task)
