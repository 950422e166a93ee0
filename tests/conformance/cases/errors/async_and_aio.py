"""Failures of awaited tasks have the same form."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="errors-async-and-aio")


@env.task
async def fails() -> int:
    raise ValueError("async")


@env.task
def sync_fails() -> int:
    raise ValueError("sync")


@env.task
async def main_task() -> list[str]:
    shown = []
    for call in (fails, sync_fails.aio, fails.aio):
        try:
            await call()
        except Exception as error:
            shown.append(f"{type(error).__name__} {error.code} {error} {error.__cause__!r}")
    return shown


def main():
    return only(main_task)
