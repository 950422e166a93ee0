"""Leaving the loop early runs no more elements."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="map-early-stop")


RAN = []


@env.task
def note(x: int) -> int:
    RAN.append(x)
    return x


@env.task
def main_task() -> int:
    for each in flyte.map(note, [1, 2, 3]):
        if each == 2:
            break
    return each


def main():
    return [only(main_task), RAN]
