"""A caught failure raised again keeps its code."""

import flyte
import flyte.errors
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="errors-reraise")


@env.task
def fails() -> int:
    raise KeyError("k")


@env.task
def middle() -> int:
    try:
        return fails()
    except flyte.errors.RuntimeUserError as error:
        if error.code != "ValueError":
            raise
        return 0


@env.task
def translated() -> int:
    try:
        return fails()
    except flyte.errors.RuntimeUserError as error:
        raise TypeError(f"was {error.code}") from error


def main():
    return [caught(lambda: local(middle)), caught(lambda: local(translated))]
