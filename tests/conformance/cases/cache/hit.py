"""The second call of a cached task does not run (SEM-13)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="cache-hit")


RUNS = []


@env.task(cache="auto")
def work(x: int) -> int:
    RUNS.append(x)
    return x * 2


@env.task
def main_task() -> list[int]:
    return [work(1), work(1), work(2)]


def main():
    return [only(main_task), only(main_task), RUNS]
