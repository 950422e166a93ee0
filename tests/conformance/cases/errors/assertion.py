"""A failed assertion in a body."""

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="errors-assertion")


@env.task
def checks(x: int) -> int:
    assert x > 0, f"{x} is not positive"
    return x


def main():
    return [only(checks, 1), caught(lambda: local(checks, -1)), caught(lambda: checks(-1))]
