"""try/else/finally around a task call run as written."""

import flyte
from conformance_support import local

env = flyte.TaskEnvironment(name="errors-finally-and-else")


ORDER = []


@env.task
def fails() -> int:
    raise KeyError("k")


@env.task
def works() -> int:
    return 1


@env.task
def main_task() -> int:
    for call in (works, fails):
        try:
            call()
        except Exception:
            ORDER.append("except")
        else:
            ORDER.append("else")
        finally:
            ORDER.append("finally")
    return 0


def main():
    local(main_task)
    return ORDER
