""" "override" writes and never reads (TRAP-22)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="cache-override-never-reads")


RUNS = []


@env.task(cache=flyte.Cache("override", version_override="1"))
def work(x: int) -> int:
    RUNS.append(x)
    return len(RUNS)


@env.task
def main_task() -> list[int]:
    return [work(1), work(1), work.override(cache=flyte.Cache("auto", version_override="1"))(1)]


def main():
    return [only(main_task), RUNS]
