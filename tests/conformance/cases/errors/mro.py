"""What a failure is an instance of: RuntimeError catches it too (SEM-03)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="errors-mro")


@env.task
def fails() -> int:
    raise ValueError("why")


@env.task
def main_task() -> list[str]:
    try:
        fails()
    except RuntimeError as error:
        return [each.__name__ for each in type(error).__mro__]
    return []


def main():
    return only(main_task)
