"""A failure is not stored."""

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="cache-failures-are-not-cached")


RUNS = []


@env.task(cache="auto")
def flaky(x: int) -> int:
    RUNS.append(x)
    if len(RUNS) == 1:
        raise ValueError("once")
    return x


def main():
    return [caught(lambda: local(flaky, 1)), only(flaky, 1), only(flaky, 1), len(RUNS)]
