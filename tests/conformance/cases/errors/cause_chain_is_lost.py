"""`raise … from …` inside a body reaches the caller as the outer class alone."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="errors-cause-chain-is-lost")


@env.task
def fails() -> int:
    try:
        raise KeyError("first")
    except KeyError as error:
        raise ValueError("second") from error


@env.task
def main_task() -> str:
    try:
        fails()
    except Exception as error:
        return f"{error.code} {error} {error.__cause__} {error.__context__}"
    return ""


def main():
    return only(main_task)
