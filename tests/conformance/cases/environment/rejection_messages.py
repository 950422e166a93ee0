"""Messages of refused settings."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="environment-rejection-messages")


def main():
    return [
        caught(lambda: flyte.TaskEnvironment(name="wrong", image=5)),
        caught(lambda: flyte.TaskEnvironment(name="wrong", secrets=("a",))),
        caught(lambda: flyte.TaskEnvironment(name="wrong", resources="1")),
        caught(lambda: flyte.TaskEnvironment(name="wrong", depends_on=["x"])),
        caught(lambda: flyte.TaskEnvironment(name="wrong", include="f")),
        caught(lambda: flyte.TaskEnvironment(name="wrong", cache=True)),
    ]
