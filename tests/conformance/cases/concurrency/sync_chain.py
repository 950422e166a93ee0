"""The guide's sync chain: each task takes the result of the one before."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="concurrency-sync-chain")


@env.task
def load(n: int) -> list[int]:
    return list(range(n))


@env.task
def clean(xs: list[int]) -> list[int]:
    return [x for x in xs if x % 2]


@env.task
def total(xs: list[int]) -> int:
    return sum(xs)


@env.task
def main_task(n: int) -> int:
    return total(clean(load(n)))


def main():
    return only(main_task, 6)
