"""A RetryStrategy with a backoff of no length."""

import datetime

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="retries-strategy")


RUNS = []


@env.task(
    retries=flyte.RetryStrategy(count=2, backoff=flyte.Backoff(base=datetime.timedelta(0), cap=datetime.timedelta(0)))
)
def flaky() -> int:
    RUNS.append(1)
    if len(RUNS) < 3:
        raise ValueError("again")
    return len(RUNS)


def main():
    return [only(flaky), flaky.retries.count]
