"""A local run does not set the variables of secrets: the task sees what the process has."""

import os

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="secrets-local", secrets=flyte.Secret(key="token", group="conformance"))


@env.task
def read() -> str:
    return os.environ.get("CONFORMANCE_TOKEN", "absent")


def main():
    before = only(read)
    os.environ["CONFORMANCE_TOKEN"] = "set by the caller"
    try:
        return [before, only(read)]
    finally:
        del os.environ["CONFORMANCE_TOKEN"]
