"""Messages: empty, with several arguments, of KeyError, not text."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="errors-message-forms")


class Pair(Exception):
    def __init__(self, a: int, b: str) -> None:
        super().__init__(f"{a}/{b}")
        self.a = a


@env.task
def fails(which: int) -> int:
    raise (ValueError(), ValueError(1, "two"), KeyError("k"), Pair(1, "x"), ValueError(None), ValueError("ü\n2"))[which]


@env.task
def main_task() -> list[str]:
    shown = []
    for which in range(6):
        try:
            fails(which)
        except Exception as error:
            shown.append(f"{error.code} {str(error)!r} {error.args} {hasattr(error, 'a')}")
    return shown


def main():
    return only(main_task)
