"""Positional-only parameters: bodies get their inputs by name."""

import flyte
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="calls-positional-only-parameters")


@env.task
def work(x: int, /, y: int = 2) -> int:
    return x + y


def main():
    return [work(1), caught(lambda: local(work, 1))]
