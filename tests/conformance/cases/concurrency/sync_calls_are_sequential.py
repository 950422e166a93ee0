"""Sync calls run one after the other (SEM-04)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="concurrency-sync-calls-are-sequential")


STEPS = []


@env.task
def work(x: int) -> int:
    STEPS.append(f"start {x}")
    STEPS.append(f"end {x}")
    return x


@env.task
def main_task() -> int:
    return work(1) + work(2) + work(3)


def main():
    return [only(main_task), STEPS]
