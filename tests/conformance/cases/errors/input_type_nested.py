"""A value of a wrong type given to a task: nested it is a RuntimeUserError, on top a TypeError (TST-07)."""

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="errors-input-type-nested")


@env.task
def echo(x: int) -> int:
    return x


@env.task
def nested() -> str:
    try:
        echo("text")
    except Exception as error:
        return f"{type(error).__name__} {error.code} {error}"
    return ""


@env.task
async def nested_async() -> str:
    try:
        await echo.aio("text")
    except Exception as error:
        return f"{type(error).__name__} {getattr(error, 'code', None)} {error}"
    return ""


def main():
    return [only(nested), only(nested_async), caught(lambda: local(echo, "text")), caught(lambda: local(echo, x=None))]
