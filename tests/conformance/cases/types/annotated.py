"""Metadata of Annotated does not matter for plain types."""

import typing

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="types-annotated")


@env.task
def echo(x: typing.Annotated[int, "note"], y: typing.Annotated[list[str], 1, 2]) -> typing.Annotated[str, "z"]:
    return f"{x} {y}"


def main():
    return [only(echo, 1, ["a"]), caught(lambda: local(echo, "1", []), message=False)]
