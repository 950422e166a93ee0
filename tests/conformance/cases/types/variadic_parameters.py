"""`*args` and `**kwargs` are refused at decoration (TRAP-36)."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="types-variadic-parameters")


def positional():
    @env.task
    def task(*xs: int) -> int:
        return 1

    return task


def named():
    @env.task
    def task(**xs: int) -> int:
        return 1

    return task


def main():
    return [caught(positional), caught(named)]
