"""An int result given to a float parameter is refused (TRAP-39)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="types-int-result-to-float")


@env.task
def whole() -> int:
    return 3


@env.task
def real(x: float) -> float:
    return x


@env.task
def main_task() -> str:
    try:
        return repr(real(whole()))
    except Exception as error:
        return f"{type(error).__name__} {error.code}"


@env.task
def converted() -> float:
    return real(float(whole()))


def main():
    return [only(main_task), only(converted)]
