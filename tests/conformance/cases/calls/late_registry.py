"""The second task of a name replaces the first in the registry; both stay callable (TRAP-19)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-late-registry")


@env.task
def work(x: int) -> int:
    return x


first = work


@env.task
def work(x: int) -> int:
    return -x


def main():
    return [list(env.tasks), only(first, 3), only(work, 3), env.tasks[work.name] is work]
