"""With a copied context, thread pool calls are actions."""

import contextvars

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-thread-pool-with-context")


@env.task
def inner(x: int) -> str:
    return f"{x} {bool(flyte.ctx())}"


@env.task
def main_task() -> list[str]:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(contextvars.copy_context().run, inner, x) for x in (1, 2)]
        return [future.result() for future in futures]


def main():
    return only(main_task)
