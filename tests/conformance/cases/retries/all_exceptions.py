"""A failed task runs again, for any exception (TRAP-27, SEM-05)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="retries-all-exceptions")


RUNS = []


@env.task(retries=3)
def flaky() -> int:
    RUNS.append(1)
    if len(RUNS) < 3:
        raise KeyError("again")
    return len(RUNS)


@env.task
def main_task() -> int:
    return flaky()


def main():
    return only(main_task)
