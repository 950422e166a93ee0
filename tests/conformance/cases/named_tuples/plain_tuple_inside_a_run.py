"""A NamedTuple result arrives as a plain tuple: attribute access fails (TRAP-02)."""

import typing

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="named-tuples-plain-tuple-inside-a-run")


class Out(typing.NamedTuple):
    a: int
    b: str


@env.task
def give() -> Out:
    return Out(1, "x")


@env.task
def main_task() -> list[str]:
    got = give()
    return [type(got).__name__, repr(got), str(hasattr(got, "a")), repr(got[0]), repr(Out(*got).b)]


def main():
    return only(main_task)
