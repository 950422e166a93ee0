"""Keyword-only parameters work, also by position inside a run (WF-46)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-keyword-only-parameters")


@env.task
def scale(x: int, *, by: int = 2) -> int:
    return x * by


@env.task
def main_task() -> list[int]:
    return [scale(3), scale(3, by=4), scale(3, 5)]


def main():
    return only(main_task)
