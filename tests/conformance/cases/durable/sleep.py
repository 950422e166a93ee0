"""durable.sleep in sync and async tasks (GATE-03)."""

import time

import flyte
import flyte.durable
from conformance_support import only

env = flyte.TaskEnvironment(name="durable-sleep")


@env.task
def pause() -> str:
    before = time.monotonic()
    result = flyte.durable.sleep(0.02)
    return f"{result} {time.monotonic() - before >= 0.02}"


@env.task
async def async_pause() -> str:
    return repr(await flyte.durable.sleep.aio(0.01))


@env.task
async def blocking() -> str:
    try:
        flyte.durable.sleep(0.01)
    except BaseException as error:
        return f"{type(error).__name__} {str(error)[:17]}"
    return ""


def main():
    return [only(pause), only(async_pause), only(blocking), flyte.durable.sleep(0)]
