"""`except ValueError` around a task call catches nothing (TRAP-01)."""

import flyte
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="errors-except-original-class-misses")


@env.task
def fails() -> int:
    raise ValueError("why")


@env.task
def main_task() -> str:
    try:
        fails()
    except ValueError:
        return "caught"
    return "went on"


def main():
    return caught(lambda: local(main_task))
