"""Overriding the cache."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="override-cache")


RUNS = []


@env.task
def work(x: int) -> int:
    RUNS.append(x)
    return x


@env.task
def main_task() -> list[int]:
    cached = work.override(cache=flyte.Cache("auto", version_override="1"))
    return [cached(1), cached(1), work(1), work(1)]


def main():
    return [only(main_task), RUNS, work.cache.behavior]
