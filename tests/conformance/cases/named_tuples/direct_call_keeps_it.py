"""A direct call returns the NamedTuple (TRAP-02)."""

import typing

import flyte

env = flyte.TaskEnvironment(name="named-tuples-direct-call-keeps-it")


class Out(typing.NamedTuple):
    a: int
    b: str


@env.task
def give() -> Out:
    return Out(1, "x")


@env.task
def main_task() -> str:
    got = give()
    return f"{type(got).__name__} {got.a} {Out(*got).b}"


def main():
    return [main_task(), give().b]
