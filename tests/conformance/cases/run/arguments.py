"""Arguments of a run are checked like those of a call."""

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="run-arguments")


@env.task
def two(a: int, b: int = 2) -> int:
    return a + b


def main():
    return [
        only(two, 1),
        only(two, 1, 5),
        only(two, b=3, a=1),
        only(two, a=1, zz=9),
        caught(lambda: local(two)),
        caught(lambda: local(two, 1, 2, 3)),
        caught(lambda: local(two, "x")),
    ]
