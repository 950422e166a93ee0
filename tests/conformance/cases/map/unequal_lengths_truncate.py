"""Unequal lists are cut to the shortest (TRAP-05)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="map-unequal-lengths-truncate")


@env.task
def join(a: int, b: str) -> str:
    return f"{a}{b}"


@env.task
def main_task() -> list[str]:
    return [*flyte.map(join, [1, 2, 3], ["x"]), *flyte.map(join, [1], ["x", "y"])]


def main():
    return only(main_task)
