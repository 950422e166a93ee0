"""Iterables are given by position only."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="map-keyword-iterables-are-refused")


@env.task
def same(x: int) -> int:
    return x


def main():
    return caught(lambda: list(flyte.map(same, x=[1])), message=False)
