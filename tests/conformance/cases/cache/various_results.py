"""Results of several types come back from the cache as they were."""

import dataclasses
import datetime

import flyte
from conformance_support import local

env = flyte.TaskEnvironment(name="cache-various-results")


RUNS = []


@dataclasses.dataclass
class Point:
    x: int


@env.task(cache=flyte.Cache("auto", version_override="1"))
def work(n: int) -> tuple[Point, list[int], dict[str, str], str | None, datetime.datetime, set]:
    RUNS.append(n)
    return Point(n), [n], {"k": "v"}, None, datetime.datetime(2024, 1, 1), {n}


def main():
    first, second = (repr(tuple(local(work, 1))) for _ in range(2))
    return [first, first == second, RUNS]
