"""`x: float = 1` fails inside a run when the default is used."""

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="calls-default-of-a-wrong-type")


@env.task
def shown(x: float = 1) -> str:
    return repr(x)


@env.task
def main_task() -> str:
    try:
        return shown()
    except Exception as error:
        return f"{type(error).__name__} {error.code}"


def main():
    return [only(main_task), caught(lambda: local(shown), message=False), shown()]
