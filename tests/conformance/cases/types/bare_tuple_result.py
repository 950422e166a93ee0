"""`-> tuple` decorates and fails when a tuple is returned (TRAP-36)."""

import flyte
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="types-bare-tuple-result")


@env.task
def pair() -> tuple:
    return 1, 2


def main():
    return caught(lambda: local(pair))
