"""Two environments of one name are made without an error (TRAP-19)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="environment-same-names")


first = flyte.TaskEnvironment(name="environment-twin")
second = flyte.TaskEnvironment(name="environment-twin")


@first.task
def one() -> int:
    return 1


@second.task
def one_too() -> int:
    return 2


def main():
    return [only(one), only(one_too), one.name, one_too.name]
