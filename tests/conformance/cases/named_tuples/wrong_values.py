"""Fields of a NamedTuple result are checked."""

import typing

import flyte
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="named-tuples-wrong-values")


class Out(typing.NamedTuple):
    a: int
    b: str


@env.task
def wrong() -> Out:
    return Out("x", 1)


@env.task
def short() -> Out:
    return (1,)


def main():
    return [caught(lambda: local(wrong)), caught(lambda: local(short))]
