"""Class names are matched by pattern (TRAP-38)."""

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="errors-names-with-a-meaning")


class ZoomError(Exception):
    pass


class RoomNotFound(Exception):
    pass


class TaskInterrupted(Exception):
    pass


class RetriesExhaustedSoon(Exception):
    pass


class UnknownThing(Exception):
    pass


class InvalidImageName(Exception):
    pass


class ImagePullBackOff(Exception):
    pass


class PrimaryContainerNotFound(Exception):
    pass


class UnknownRoom(Exception):
    pass


KINDS = {
    each.__name__: each
    for each in (
        ZoomError,
        RoomNotFound,
        TaskInterrupted,
        RetriesExhaustedSoon,
        UnknownThing,
        InvalidImageName,
        ImagePullBackOff,
        PrimaryContainerNotFound,
        UnknownRoom,
    )
}


@env.task
def fails(name: str) -> int:
    raise KINDS[name]("x")


@env.task
async def fails_async(name: str) -> int:
    raise KINDS[name]("x")


@env.task
def main_task() -> list[str]:
    shown = []
    for name in KINDS:
        try:
            fails(name)
        except Exception as error:
            shown.append(f"{name}: {type(error).__name__} {error.code} {error}")
    return shown


@env.task
async def async_task() -> list[str]:
    shown = []
    for name in KINDS:
        try:
            await fails_async(name)
        except Exception as error:
            shown.append(f"{name}: {type(error).__name__} {error.code} {error}")
    return shown


def main():
    return [only(main_task), only(async_task), caught(lambda: local(fails, "UnknownThing"))]
