"""Without a cache every call runs."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="cache-off-by-default")


RUNS = []


@env.task
def work(x: int) -> int:
    RUNS.append(x)
    return x


@env.task
def main_task() -> list[int]:
    return [work(1), work(1)]


def main():
    return [only(main_task), RUNS]
