"""Reuse policies: numbers, ranges and times."""

from datetime import timedelta

import flyte
from conformance_support import caught


def reuse(**settings):
    return caught(lambda: flyte.ReusePolicy(**settings))


def main():
    policy = flyte.ReusePolicy(replicas=(1, 3))
    return [
        reuse(),
        reuse(replicas=3, idle_ttl=60, concurrency=2, scope="run"),
        [policy.min_replicas, policy.max_replicas, str(policy.get_scaledown_ttl())],
        *(reuse(replicas=value) for value in (1, 0, -1, None, "2", [1, 2], (1,), (1, 2, 3), (3, 1), ("1", 2))),
        *(reuse(concurrency=value) for value in (0, "1")),
        *(reuse(idle_ttl=value) for value in (29, 30.0, timedelta(seconds=10), timedelta(hours=1))),
        reuse(scaledown_ttl=1),
        reuse(scope="project"),
    ]
