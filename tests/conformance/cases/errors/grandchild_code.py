"""The code survives several levels (TRAP-38)."""

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="errors-grandchild-code")


@env.task
def deep() -> int:
    raise KeyError("gone")


@env.task
def middle() -> int:
    return deep()


@env.task
def main_task() -> str:
    try:
        middle()
    except Exception as error:
        return f"{type(error).__name__} {error.code} {error}"
    return ""


def main():
    return [only(main_task), caught(lambda: local(middle))]
