"""A condition asks on stdin (GATE-02, GATE-04)."""

import flyte
from conformance_support import answers, caught, only

env = flyte.TaskEnvironment(name="condition-bool-from-stdin")


@env.task
def approve() -> bool:
    return flyte.new_condition("ok", prompt="Go?", data_type=bool).wait()


def main():
    shown = []
    for text in ("y\n", "n\n", "Y\n", "maybe\ny\n", " n \n"):
        with answers(text):
            shown.append(caught(lambda: only(approve), message=False))
    return shown
