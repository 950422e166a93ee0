"""Direct calls do not retry."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="retries-not-in-direct-calls")


RUNS = []


@env.task(retries=3)
def fails() -> int:
    RUNS.append(1)
    raise ValueError("x")


def main():
    return [caught(fails), len(RUNS)]
