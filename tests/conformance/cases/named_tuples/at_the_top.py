"""Outputs of a run are named o0, o1, not by the fields (WF-08)."""

import typing

import flyte
from conformance_support import local

env = flyte.TaskEnvironment(name="named-tuples-at-the-top")


class Out(typing.NamedTuple):
    a: int
    b: str


@env.task
def give() -> Out:
    return Out(1, "x")


def main():
    outputs = local(give)
    return [
        repr(outputs),
        outputs.o0,
        outputs.o1,
        hasattr(outputs, "a"),
        outputs.named_outputs,
        isinstance(outputs, tuple),
        list(give.native_interface.outputs),
    ]
