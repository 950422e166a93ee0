"""Inputs that differ only in the order of keys are the same call."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="cache-dict-order-does-not-matter")


RUNS = []


@env.task(cache=flyte.Cache("auto", version_override="1"))
def work(d: dict[str, int], e: dict) -> int:
    RUNS.append(1)
    return len(RUNS)


@env.task
def main_task() -> list[int]:
    return [work({"a": 1, "b": 2}, {"x": 1, "y": 2}), work({"b": 2, "a": 1}, {"y": 2, "x": 1})]


def main():
    return only(main_task)
