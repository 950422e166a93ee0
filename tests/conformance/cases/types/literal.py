"""Literal of text checks its values (TYP-75); of numbers it does not."""

import typing

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="types-literal")


@env.task
def mode(x: typing.Literal["a", "b"] = "a") -> typing.Literal["a", "b"]:
    return x


@env.task
def level(x: typing.Literal[1, 2]) -> str:
    return repr(x)


@env.task
def wrong() -> typing.Literal["a", "b"]:
    return "c"


def main():
    return [
        only(mode),
        only(mode, "b"),
        caught(lambda: local(mode, "c"), message=False),
        only(level, 1),
        only(level, 7),
        caught(lambda: local(wrong), message=False),
    ]
