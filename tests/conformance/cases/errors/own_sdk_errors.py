"""The SDK's own errors raised in a body keep code and kind, not their class."""

import flyte
import flyte.errors
from conformance_support import only

env = flyte.TaskEnvironment(name="errors-own-sdk-errors")


@env.task
def fails(which: int) -> int:
    raise (
        flyte.errors.RuntimeUserError("MyCode", "user"),
        flyte.errors.RuntimeSystemError("SysCode", "system"),
        flyte.errors.NonRecoverableError("stop"),
        flyte.errors.NonRecoverableError("stop", code="Own"),
        flyte.errors.CustomError("Custom", "custom"),
        flyte.errors.OOMError("OOMError", "memory"),
        flyte.errors.RuntimeUnknownError("What", "unknown"),
    )[which]


@env.task
def main_task() -> list[str]:
    shown = []
    for which in range(7):
        try:
            fails(which)
        except Exception as error:
            shown.append(f"{type(error).__name__} {error.code} {error.kind} {error}")
    return shown


def main():
    return only(main_task)
