"""NewType and type aliases."""

import typing

import flyte
from conformance_support import caught, only

env = flyte.TaskEnvironment(name="types-newtype-and-alias")


Names = list[str]
UserId = typing.NewType("UserId", int)


@env.task
def alias(x: Names) -> Names:
    return x


@env.task
def new(x: UserId) -> str:
    return repr(x)


def main():
    return [only(alias, ["a"]), caught(lambda: only(new, UserId(5)), message=False)]
