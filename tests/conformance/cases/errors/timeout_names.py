"""Exceptions named like the SDK's timeout errors arrive as those."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="errors-timeout-names")


@env.task
def fails(name: str) -> int:
    raise type(name, (Exception,), {})("late")


@env.task
def main_task() -> list[str]:
    shown = []
    for name in ("TaskTimeoutError", "MaxRuntimeExceededError", "DeadlineExceededError", "TimeoutError"):
        try:
            fails(name)
        except Exception as error:
            shown.append(f"{name}: {type(error).__name__} {error.code} {error}")
    return shown


def main():
    return only(main_task)
