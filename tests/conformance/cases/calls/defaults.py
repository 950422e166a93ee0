"""Defaults are filled in; a mutable default is fresh for every run (SEM-11)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-defaults")


@env.task
def grow(x: int, seen: list[int] = [1]) -> list[int]:
    seen.append(x)
    return seen


@env.task
def main_task() -> list[list[int]]:
    return [grow(2), grow(2), grow(3, [9])]


def main():
    return [only(main_task), only(grow, 7), only(grow, 7)]
