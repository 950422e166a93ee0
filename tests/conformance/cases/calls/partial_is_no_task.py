"""`env.task` of a functools.partial fails (WF-44)."""

import functools

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="calls-partial-is-no-task")


def add(a: int, b: int) -> int:
    return a + b


def main():
    return caught(lambda: env.task(functools.partial(add, b=1)))
