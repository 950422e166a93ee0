"""An exception leaves a traced function unchanged."""

import flyte
from conformance_support import caught, only

env = flyte.TaskEnvironment(name="trace-failures")


@flyte.trace
def helper(x: int) -> int:
    raise KeyError("k")


@env.task
def main_task() -> str:
    try:
        helper(1)
    except Exception as error:
        return f"{type(error).__name__} {error}"
    return ""


def main():
    return [only(main_task), caught(lambda: helper(1))]
