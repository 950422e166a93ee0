"""Mapping a plain function fails (MAP-21)."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="map-plain-function-is-refused")


def plain(x: int) -> int:
    return x


def main():
    return caught(lambda: list(flyte.map(plain, [1])))
