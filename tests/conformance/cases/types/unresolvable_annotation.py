"""An annotation that cannot be resolved fails at decoration (TRAP-35)."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="types-unresolvable-annotation")


def decorate():
    @env.task
    def task(x: "Missing") -> int:
        return 1

    return task


def decorate_local():
    class Here:
        pass

    @env.task
    def task(x: "Here") -> int:
        return 1

    return task


def main():
    return [caught(decorate), caught(decorate_local)]
