"""A task's exception arrives as RuntimeUserError with its class name as code (TRAP-01)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="errors-class-and-code")


class MyError(Exception):
    pass


@env.task
def fails(kind: str) -> int:
    raise {"value": ValueError, "key": KeyError, "mine": MyError, "runtime": RuntimeError, "os": OSError}[kind]("why")


@env.task
def main_task() -> list[str]:
    shown = []
    for kind in ("value", "key", "mine", "runtime", "os"):
        try:
            fails(kind)
        except Exception as error:
            shown.append(f"{type(error).__name__} {error.code} {error.kind} {error} {error.__cause__!r}")
    return shown


def main():
    return only(main_task)
