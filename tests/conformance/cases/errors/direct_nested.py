"""Directly called, a nested failure is wrapped once."""

import flyte
import flyte.errors
from conformance_support import caught

env = flyte.TaskEnvironment(name="errors-direct-nested")


@env.task
def fails() -> int:
    raise ValueError("direct")


@env.task
def outer() -> int:
    return fails()


@env.task
def catches() -> str:
    try:
        return str(fails())
    except flyte.errors.RuntimeUserError as error:
        return error.code


def main():
    return [caught(outer), catches()]
