"""A missing argument of an async task raises ValueError when awaited in a run."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-missing-argument-async")


@env.task
async def two(a: int, b: int) -> int:
    return a + b


@env.task
async def main_task() -> str:
    try:
        return str(await two(1))
    except Exception as error:
        return f"{type(error).__name__} {getattr(error, 'code', None)} {error}"


def main():
    return only(main_task)
