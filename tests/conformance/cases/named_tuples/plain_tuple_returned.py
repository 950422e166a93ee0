"""A plain tuple may be returned for a NamedTuple, and a child's passed through (WF-07)."""

import typing

import flyte
from conformance_support import local

env = flyte.TaskEnvironment(name="named-tuples-plain-tuple-returned")


class Out(typing.NamedTuple):
    a: int
    b: str


@env.task
def give() -> Out:
    return 1, "x"


@env.task
def through() -> Out:
    return give()


def main():
    return [list(local(give)), list(local(through))]
