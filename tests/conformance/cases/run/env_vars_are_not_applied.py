"""env_vars and secrets are not applied locally (SEM-20)."""

import os

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="run-env-vars-are-not-applied")


with_vars = flyte.TaskEnvironment(name="run-with-vars", env_vars={"CONFORMANCE_A": "1"}, secrets="CONFORMANCE_B")


@with_vars.task
def look() -> list[bool]:
    return ["CONFORMANCE_A" in os.environ, "CONFORMANCE_B" in os.environ]


def main():
    return only(look)
