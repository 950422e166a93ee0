"""Mapping an overridden task (MAP-15, WF-36)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="map-of-override")


COUNT = []


@env.task
def flaky(x: int) -> int:
    COUNT.append(x)
    if COUNT.count(x) < 2:
        raise ValueError("again")
    return x


@env.task
def main_task() -> list[int]:
    return list(flyte.map(flaky.override(retries=1), [1, 2], return_exceptions=False))


def main():
    return [only(main_task), COUNT]
