"""Waits of a Backoff."""

import datetime

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="retries-backoff-of-ones-own")


def main():
    quick = flyte.Backoff(base=datetime.timedelta(seconds=1), factor=2.0, cap=datetime.timedelta(seconds=5))
    flat = flyte.Backoff(base=datetime.timedelta(seconds=3))
    return [
        [quick.compute_delay(n).total_seconds() for n in range(5)],
        [flat.compute_delay(n).total_seconds() for n in range(3)],
        quick.compute_delay(5000).total_seconds(),
        caught(lambda: flat.compute_delay(-1)),
    ]
