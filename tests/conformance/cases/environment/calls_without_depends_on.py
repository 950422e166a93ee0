"""A call across environments works locally without depends_on (TRAP-20)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="environment-calls-without-depends-on")


other = flyte.TaskEnvironment(name="environment-other")


@other.task
def far(x: int) -> int:
    return x + 1


@env.task
def main_task() -> int:
    return far(1)


def main():
    return only(main_task)
