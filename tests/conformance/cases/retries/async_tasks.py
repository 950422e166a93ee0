"""Async tasks are retried too, and fresh inputs are given to each attempt."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="retries-async-tasks")


SEEN = []


@env.task(retries=2)
async def flaky(xs: list[int]) -> int:
    SEEN.append(list(xs))
    xs.append(99)
    if len(SEEN) < 3:
        raise ValueError("again")
    return len(xs)


def main():
    return [only(flaky, [1]), SEEN]
