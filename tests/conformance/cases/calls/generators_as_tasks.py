"""A generator function as a task."""

import flyte
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="calls-generators-as-tasks")


@env.task
def numbers(n: int) -> list[int]:
    yield from range(n)


def main():
    return [caught(lambda: local(numbers, 2), message=False), list(numbers(2))]
