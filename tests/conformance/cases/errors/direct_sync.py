"""A direct call of a sync task wraps the exception and keeps it as the cause (TRAP-31)."""

import flyte
from conformance_support import caught, error_of

env = flyte.TaskEnvironment(name="errors-direct-sync")


@env.task
def fails() -> int:
    raise ValueError("direct")


def main():
    try:
        fails()
    except Exception as error:
        return [error_of(error), repr(error.__cause__), caught(lambda: fails.func()), caught(lambda: fails.forward())]
