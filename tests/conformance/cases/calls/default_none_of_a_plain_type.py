"""`x: int = None` decorates and fails when the default is used (TRAP-09)."""

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="calls-default-none-of-a-plain-type")


@env.task
def shown(x: int = None) -> str:
    return repr(x)


@env.task
def main_task() -> str:
    try:
        return shown()
    except Exception as error:
        return f"{type(error).__name__} {error.code}"


def main():
    return [only(main_task), only(shown, 3), caught(lambda: local(shown), message=False)]
