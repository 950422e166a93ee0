"""Calls from a thread pool have no task context (TRAP-29)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-thread-pool-calls-are-plain")


@env.task
def inner(x: int) -> str:
    return f"{x} {bool(flyte.ctx())}"


@env.task
def main_task() -> list[str]:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(inner, [1, 2]))


def main():
    return only(main_task)
