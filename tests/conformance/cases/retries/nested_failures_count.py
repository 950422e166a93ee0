"""A parent that fails because of its child is retried as well."""

import flyte
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="retries-nested-failures-count")


RUNS = []


@env.task(retries=1)
def child() -> int:
    RUNS.append("child")
    raise ValueError("x")


@env.task(retries=1)
def parent() -> int:
    RUNS.append("parent")
    return child()


def main():
    return [caught(lambda: local(parent)), RUNS]
