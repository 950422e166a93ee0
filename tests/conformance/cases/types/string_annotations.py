"""Annotations as text are resolved."""

import typing

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="types-string-annotations")


@env.task
def echo(x: "list[int]", y: "typing.Optional[str]" = None) -> "dict[str, int]":
    return {f"{y}": len(x)}


def main():
    return [only(echo, [1, 2]), str(echo.native_interface.inputs["x"][0])]
