"""Exceptions raised and caught within one body are untouched (SEM-01)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="errors-caught-inside-a-body")


@env.task
def careful() -> str:
    try:
        raise ValueError("inside")
    except ValueError as error:
        return f"{type(error).__name__} {error}"


def main():
    return only(careful)
