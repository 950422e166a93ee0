"""The form a v1 `approve` takes."""

import flyte
from conformance_support import answers, caught, only

env = flyte.TaskEnvironment(name="condition-as-gate")


@env.task
def compute() -> int:
    return 5


@env.task
def main_task() -> int:
    value = compute()
    if not flyte.new_condition("gate", prompt=f"Approve {value!r}?", data_type=bool).wait():
        raise PermissionError("gate was not approved")
    return value * 2


def main():
    shown = []
    for text in ("y\n", "n\n"):
        with answers(text):
            shown.append(caught(lambda: only(main_task)))
    return shown
