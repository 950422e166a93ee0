"""A sync task that returns the coroutine of an async one."""

import typing

import flyte
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="calls-returned-coroutine")


@env.task
async def inner(x: int) -> int:
    return x


@env.task
def typed() -> int:
    return inner(1)


@env.task
def untyped() -> typing.Any:
    return inner(1)


def main():
    return [caught(lambda: local(typed), message=False), caught(lambda: local(untyped))]
