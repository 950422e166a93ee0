"""A blocking run inside an async task is refused as a deadlock."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="run-nested-run-in-async")


@env.task
def inner(x: int) -> int:
    return x + 1


@env.task
async def main_task() -> str:
    try:
        flyte.run(inner, 1)
    except BaseException as error:
        return f"{type(error).__name__} {str(error)[:17]}"
    return ""


def main():
    return only(main_task)
