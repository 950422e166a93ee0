"""A group set around awaits is seen by what is awaited in it."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="context-groups-reach-async-children")


@env.task
async def inner() -> str:
    return repr(flyte.ctx().group_data)


@env.task
async def main_task() -> list[str]:
    with flyte.group("g"):
        own = repr(flyte.ctx().group_data)
        return [own, await inner()]


def main():
    return only(main_task)
