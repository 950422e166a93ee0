"""Mapped results of a NamedTuple task are plain tuples."""

import typing

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="map-named-tuple-results")


class Out(typing.NamedTuple):
    a: int
    b: str


@env.task
def give(x: int) -> Out:
    return Out(x, str(x))


@env.task
def main_task() -> str:
    return repr(list(flyte.map(give, [1, 2])))


def main():
    return [only(main_task), main_task()]
