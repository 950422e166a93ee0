"""Conditions in an async task (GATE-05, TRAP-17)."""

import flyte
from conformance_support import answers, only

env = flyte.TaskEnvironment(name="condition-in-async")


@env.task
async def approve() -> bool:
    condition = await flyte.new_condition.aio("ok", data_type=bool)
    return await condition.wait.aio()


@env.task
async def blocking() -> str:
    try:
        flyte.new_condition("ok")
    except BaseException as error:
        return f"{type(error).__name__} {str(error)[:17]}"
    return ""


def main():
    with answers("y\n"):
        return [only(approve), only(blocking)]
