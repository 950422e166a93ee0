"""Direct calls use no cache."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="cache-direct-calls-are-not-cached")


RUNS = []


@env.task(cache="auto")
def work(x: int) -> int:
    RUNS.append(x)
    return x


def main():
    work(1)
    work(1)
    only(work, 1)
    work(1)
    return len(RUNS)
