"""The blocking form in an async task is refused as a deadlock (MAP-25)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="map-blocking-in-async-is-refused")


@env.task
def square(x: int) -> int:
    return x * x


@env.task
async def main_task() -> str:
    try:
        return repr(list(flyte.map(square, [1], return_exceptions=False)))
    except BaseException as error:
        return f"{type(error).__name__} {str(error)[:17]}"


def main():
    return only(main_task)
