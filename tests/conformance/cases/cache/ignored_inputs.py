"""Ignored inputs do not count."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="cache-ignored-inputs")


RUNS = []


@env.task(cache=flyte.Cache("auto", version_override="1", ignored_inputs=("when",)))
def work(x: int, when: str) -> str:
    RUNS.append(x)
    return when


@env.task
def main_task() -> list[str]:
    return [work(1, "a"), work(1, "b"), work(2, "c")]


def main():
    return [only(main_task), RUNS]
