"""With return_exceptions=False the first failure is raised, after the results before it (MAP-14)."""

import flyte
from conformance_support import caught, only

env = flyte.TaskEnvironment(name="map-first-failure-raises")


RAN = []


@env.task
def half(x: int) -> int:
    RAN.append(x)
    if x % 2:
        raise ValueError(f"{x} is odd")
    return x // 2


@env.task
def main_task() -> str:
    got = []
    try:
        for each in flyte.map(half, [2, 3, 4], return_exceptions=False):
            got.append(each)
    except Exception as error:
        return f"{got} {type(error).__name__} {error.code} {error}"
    return ""


def main():
    return [only(main_task), RAN, caught(lambda: list(flyte.map(half, [1], return_exceptions=False)))]
