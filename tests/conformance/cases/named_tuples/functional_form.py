"""NamedTuple made by call, and with a typed tuple as the alternative."""

import typing

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="named-tuples-functional-form")


Out = typing.NamedTuple("Out", [("a", int), ("b", str)])


@env.task
def named() -> Out:
    return Out(a=1, b="x")


@env.task
def pair() -> tuple[int, str]:
    return 1, "x"


@env.task
def main_task() -> str:
    return repr([named(), pair()])


def main():
    return [only(main_task), list(named.native_interface.outputs), list(pair.native_interface.outputs)]
