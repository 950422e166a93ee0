"""Only tasks can be run (TST-10)."""

import flyte
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="run-only-tasks")


def plain() -> int:
    return 1


def main():
    return [caught(lambda: flyte.run(plain)), caught(lambda: local(5)), caught(lambda: flyte.run(env), message=False)]
