"""Too many or too few results."""

import flyte
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="calls-wrong-number-of-results")


@env.task
def three() -> tuple[int, int]:
    return 1, 2, 3


@env.task
def one() -> tuple[int, int]:
    return 1


@env.task
def pair_for_one() -> int:
    return 1, 2


def main():
    return [caught(lambda: local(each)) for each in (three, one, pair_for_one)]
