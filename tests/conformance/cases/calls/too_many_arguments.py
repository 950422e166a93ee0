"""More arguments than parameters are an error inside a run."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-too-many-arguments")


@env.task
def two(a: int, b: int = 5) -> int:
    return a + b


@env.task
def main_task() -> list[dict[str, str]]:
    shown = []
    for call in (lambda: two(1, 2, 3), lambda: two(1, 2, c=3)):
        try:
            call()
        except Exception as error:
            shown.append({"class": type(error).__name__, "code": str(error.code), "message": str(error)})
    return shown


def main():
    return only(main_task)
