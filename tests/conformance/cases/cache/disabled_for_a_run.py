"""`disable_run_cache` runs everything."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="cache-disabled-for-a-run")


RUNS = []


@env.task(cache="auto")
def work(x: int) -> int:
    RUNS.append(x)
    return x


def main():
    only(work, 1)
    flyte.with_runcontext(mode="local", disable_run_cache=True).run(work, 1)
    only(work, 1)
    return RUNS
