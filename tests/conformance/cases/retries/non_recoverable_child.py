"""A child's NonRecoverableError does not stop the retries of its parent."""

import flyte
import flyte.errors
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="retries-non-recoverable-child")


RUNS = []


@env.task(retries=3)
def child() -> int:
    RUNS.append("child")
    raise flyte.errors.NonRecoverableError("x")


@env.task(retries=1)
def parent() -> int:
    RUNS.append("parent")
    return child()


def main():
    return [caught(lambda: local(parent)), RUNS]
