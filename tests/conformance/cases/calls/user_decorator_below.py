"""A decorator below `@env.task` needs functools.wraps (WF-42)."""

import functools

import flyte
from conformance_support import caught, only

env = flyte.TaskEnvironment(name="calls-user-decorator-below")


def logged(func):
    @functools.wraps(func)
    def inner(*args, **kwargs):
        return func(*args, **kwargs) + 100

    return inner


def careless(func):
    def inner(*args, **kwargs):
        return func(*args, **kwargs)

    return inner


@env.task
@logged
def good(x: int) -> int:
    return x


def bad():
    @env.task
    @careless
    def task(x: int) -> int:
        return x


def main():
    return [only(good, 1), good(1), good.name, caught(bad)]
