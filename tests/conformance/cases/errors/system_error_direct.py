"""RuntimeSystemError passes a direct call unchanged."""

import flyte
import flyte.errors
from conformance_support import caught

env = flyte.TaskEnvironment(name="errors-system-error-direct")


@env.task
def fails() -> int:
    raise flyte.errors.RuntimeSystemError("Sys", "m")


@env.task
def non_recoverable() -> int:
    raise flyte.errors.NonRecoverableError("n")


def main():
    return [caught(fails), caught(non_recoverable)]
