"""A value returned without an annotation is an error (TRAP-08)."""

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="calls-undeclared-result")


@env.task
def silent(x: int):
    return x


@env.task
def main_task() -> str:
    try:
        silent(1)
    except Exception as error:
        return f"{type(error).__name__} {error.code} {error}"
    return "no error"


def main():
    return [caught(lambda: local(silent, 1)), only(main_task), silent(1)]
