"""A sync body runs in another thread than its caller, without an event loop."""

import asyncio
import threading

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-bodies-run-in-other-threads")


HERE = threading.local()


@env.task
def inner() -> list[bool]:
    try:
        asyncio.get_running_loop()
        looping = True
    except RuntimeError:
        looping = False
    return [hasattr(HERE, "mark"), looping]


@env.task
def main_task() -> list[bool]:
    HERE.mark = 1
    return inner()


def main():
    return only(main_task)
