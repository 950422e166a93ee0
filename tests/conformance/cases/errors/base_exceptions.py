"""An exit of the interpreter raised in a nested task passes as it is."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="errors-base-exceptions")


class Stop(BaseException):
    pass


@env.task
def leaves() -> int:
    raise Stop("now")


@env.task
def main_task() -> str:
    try:
        leaves()
    except BaseException as error:
        return type(error).__name__
    return ""


def main():
    return only(main_task)
