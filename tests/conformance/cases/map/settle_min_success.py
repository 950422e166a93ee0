"""The snippet for a v1 `min_success_ratio` (MAP-12, SEM-27)."""

import math

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="map-settle-min-success")


def settle(results, need):
    values, first = [], None
    for each in results:
        if isinstance(each, BaseException):
            first = first or each
            values.append(None)
        else:
            values.append(each)
    if sum(each is not None for each in values) < need(len(values)):
        raise first
    return values


@env.task
def half(x: int) -> int:
    if x % 2:
        raise ValueError(f"{x} is odd")
    return x // 2


@env.task
def main_task(xs: list[int], ratio: float) -> list[int | None]:
    return settle(flyte.map(half, xs), lambda n: math.ceil(ratio * n))


def main():
    return [only(main_task, [2, 3, 4], 0.5), caught(lambda: local(main_task, [1, 3, 4], 0.5))]
