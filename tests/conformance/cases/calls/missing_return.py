"""A body that ends without a return fails when a result is declared (SEM-09)."""

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="calls-missing-return")


@env.task
def forgets(x: int) -> int:
    x + 1


@env.task
def optional(x: int) -> int | None:
    x + 1


def main():
    return [caught(lambda: local(forgets, 1)), repr(only(optional, 1))]
