"""Results and inputs of a wrong type are not retried."""

import flyte
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="retries-not-for-wrong-values")


RUNS = []


@env.task(retries=3)
def wrong() -> int:
    RUNS.append(1)
    return "text"


@env.task(retries=3)
def takes(x: int) -> int:
    RUNS.append(1)
    return x


def main():
    return [
        caught(lambda: local(wrong), message=False),
        caught(lambda: local(takes, "a"), message=False),
        len(RUNS),
    ]
