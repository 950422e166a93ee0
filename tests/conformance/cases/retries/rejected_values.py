"""What is no retry count or backoff (CFG-11)."""

import datetime

import flyte
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="retries-rejected-values")


def work(x: int) -> int:
    return x


def main():
    second = datetime.timedelta(seconds=1)
    return [
        caught(lambda: env.task(retries="2")(work)),
        caught(lambda: env.task(retries=-1)(work)),
        caught(lambda: env.task(retries=1.5)(work)),
        env.task(retries=None)(work).retries,
        caught(lambda: local(env.task(retries=None)(work), 1), message=False),
        caught(lambda: flyte.RetryStrategy(count="2")),
        caught(lambda: flyte.RetryStrategy(count=-2)),
        caught(lambda: flyte.Backoff(base=-second)),
        caught(lambda: flyte.Backoff(base=second, factor=0.5)),
        caught(lambda: flyte.Backoff(base=second, factor=2.0)),
        caught(lambda: flyte.Backoff(base=second, factor=float("nan"))),
        caught(lambda: flyte.Backoff(base=second, cap=-second)),
        env.task(retries=True)(work).retries.count,
    ]
