"""A bool given to Optional[int], and to a Union of numbers."""

import flyte
from conformance_support import caught, only

env = flyte.TaskEnvironment(name="types-optional-bool-for-int")


@env.task
def optional(x: int | None) -> int | None:
    return x


@env.task
def number(x: int | float) -> int | float:
    return x


def main():
    return [caught(lambda: only(optional, True), message=False), caught(lambda: only(number, True), message=False)]
