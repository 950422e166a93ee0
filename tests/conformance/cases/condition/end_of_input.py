"""No input is an error (GATE-04)."""

import flyte
from conformance_support import answers, caught, local

env = flyte.TaskEnvironment(name="condition-end-of-input")


@env.task
def approve() -> bool:
    return flyte.new_condition("ok").wait()


def main():
    with answers(""):
        return caught(lambda: local(approve))
