"""One value, several, none: outputs of a run (TST-06)."""

import flyte
from conformance_support import local

env = flyte.TaskEnvironment(name="run-outputs-forms")


@env.task
def one() -> int:
    return 1


@env.task
def two() -> tuple[int, str]:
    return 1, "a"


@env.task
def none() -> None:
    pass


@env.task
def a_list() -> list[int]:
    return [1]


def main():
    shown = []
    for task in (one, two, none, a_list):
        outputs = local(task)
        shown.append([repr(outputs), len(outputs), repr(outputs[0]), repr(outputs.o0), repr(outputs.named_outputs)])
    return shown
