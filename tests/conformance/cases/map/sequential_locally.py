"""Local mode runs the elements one after the other, whatever the concurrency."""

import time

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="map-sequential-locally")


STEPS = []


@env.task
def step(x: int) -> int:
    STEPS.append(f"start {x}")
    time.sleep(0.01)
    STEPS.append(f"end {x}")
    return x


@env.task
def main_task() -> int:
    return len(list(flyte.map(step, [1, 2, 3], concurrency=3)))


def main():
    return [only(main_task), STEPS]
