"""Falsy retries and timeout keep the old ones; interruptible=False counts (TRAP-21)."""

import flyte

env = flyte.TaskEnvironment(name="override-falsy-values-are-ignored")


@env.task(retries=3, timeout=60, interruptible=True)
def work(x: int) -> int:
    return x


def main():
    other = work.override(retries=0, timeout=0, interruptible=False)
    return [other.retries.count, other.timeout, other.interruptible]
