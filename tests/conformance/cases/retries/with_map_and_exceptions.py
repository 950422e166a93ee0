"""Retries of mapped elements."""

import collections

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="retries-with-map-and-exceptions")


COUNT = collections.Counter()


@env.task(retries=1)
def flaky(x: int) -> int:
    COUNT[x] += 1
    if x == 2 or COUNT[x] < 2:
        raise ValueError(f"{x} failed {COUNT[x]}")
    return x


@env.task
def main_task() -> list[str]:
    return [str(each) for each in flyte.map(flaky, [1, 2, 3])]


def main():
    return [only(main_task), dict(sorted((str(k), v) for k, v in COUNT.items()))]
