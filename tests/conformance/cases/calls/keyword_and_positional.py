"""Positional and keyword arguments are the same (WF-01)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-keyword-and-positional")


@env.task
def join(a: int, b: str, c: float = 1.5) -> str:
    return f"{a}-{b}-{c}"


@env.task
def main_task() -> list[str]:
    return [join(1, "x"), join(a=1, b="x"), join(1, b="x", c=2.0), join(b="x", a=1)]


def main():
    return only(main_task)
