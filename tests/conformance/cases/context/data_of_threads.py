"""The context is not in plain threads, and is in copied ones."""

import contextvars
import threading

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="context-data-of-threads")


@env.task
def look() -> list[bool]:
    seen = []

    def note() -> None:
        seen.append(bool(flyte.ctx()))

    plain = threading.Thread(target=note)
    plain.start()
    plain.join()
    copied = threading.Thread(target=contextvars.copy_context().run, args=(note,))
    copied.start()
    copied.join()
    return [*seen, bool(flyte.ctx())]


def main():
    return only(look)
