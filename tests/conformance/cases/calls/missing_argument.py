"""A missing argument: nested, on top, and in a direct call."""

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="calls-missing-argument")


@env.task
def two(a: int, b: int) -> int:
    return a + b


@env.task
def main_task() -> str:
    try:
        return str(two(1))
    except Exception as error:
        return f"{type(error).__name__} {error.code} {error}"


def main():
    return [only(main_task), caught(lambda: local(two, 1)), caught(lambda: two(1), message=False)]
