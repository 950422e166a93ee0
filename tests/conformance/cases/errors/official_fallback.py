"""The error-handling pattern of the official guide: by class it misses, by code it works (TRAP-01)."""

import flyte
import flyte.errors
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="errors-official-fallback")


@env.task
def risky(x: int) -> int:
    raise ValueError("bad input")


@env.task
def fallback(x: int) -> int:
    return -x


@env.task
def by_code(x: int) -> int:
    try:
        return risky(x)
    except flyte.errors.RuntimeUserError as error:
        if error.code == "ValueError":
            return fallback(x)
        raise


@env.task
def by_class(x: int) -> int:
    try:
        return risky(x)
    except ValueError:
        return fallback(x)


def main():
    return [only(by_code, 4), caught(lambda: local(by_class, 4))]
