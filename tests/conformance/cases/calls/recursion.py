"""A sync task may call itself, far beyond the interpreter's recursion depth per thread (WF-45)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-recursion")


@env.task
def count(n: int) -> int:
    return 0 if n == 0 else 1 + count(n - 1)


def main():
    return [only(count, 5), only(count, 60)]
