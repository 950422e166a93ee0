"""Another version is another entry."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="cache-version-override")


RUNS = []


@env.task
def work(x: int) -> int:
    RUNS.append(x)
    return x


@env.task
def main_task() -> int:
    for version in ("1", "2", "1"):
        work.override(cache=flyte.Cache("auto", version_override=version))(1)
    return len(RUNS)


def main():
    return only(main_task)
