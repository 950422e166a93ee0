"""Tuples and NamedTuples as inputs (TYP-74)."""

import typing

import flyte
from conformance_support import caught, described, local, only

env = flyte.TaskEnvironment(name="types-tuples-as-inputs")


class Pair(typing.NamedTuple):
    a: int
    b: str = "dflt"


@env.task
def plain(x: tuple[int, str]) -> str:
    return described(x)


@env.task
def named(x: Pair) -> str:
    return described(x)


@env.task
def bare(x: tuple) -> str:
    return described(x)


@env.task
def nested(x: list[tuple[int, str]]) -> str:
    return described(x)


def main():
    return [
        only(plain, (1, "a")),
        only(named, Pair(1)),
        only(bare, (1, [2])),
        only(nested, [(1, "a")]),
        caught(lambda: local(plain, [1, "a"]), message=False),
        caught(lambda: local(plain, (1,)), message=False),
        caught(lambda: local(plain, ("x", "a")), message=False),
    ]
