"""An unknown keyword is dropped silently inside a run, if the number of arguments fits (TRAP-07)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-unknown-keyword-is-dropped")


@env.task
def two(a: int, b: int = 5) -> int:
    return a + b


@env.task
def main_task() -> int:
    return two(a=1, zzz=3)


def main():
    return only(main_task)
