"""A NamedTuple of one field arrives as the bare value (WF-06)."""

import typing

import flyte
from conformance_support import local, only

env = flyte.TaskEnvironment(name="named-tuples-one-field")


class Out(typing.NamedTuple):
    only: int


@env.task
def give() -> Out:
    return Out(5)


@env.task
def main_task() -> str:
    return repr(give())


def main():
    return [only(main_task), repr(give()), repr(local(give))]
