"""Results are checked as strictly as inputs."""

import flyte
from conformance_support import caught, only

env = flyte.TaskEnvironment(name="types-result-matrix")


def main():
    shown = []
    for kind, value in [
        (int, 1.0),
        (float, 1),
        (float, 2.5),
        (str, 5),
        (bool, 1),
        (list[int], (1,)),
        (dict, {"a": 1}),
        (dict[str, int], {"a": 1.0}),
        (int | None, None),
        (int, None),
        (list[str], ["a"]),
    ]:

        def give():
            return value

        give.__annotations__ = {"return": kind}
        give.__name__ = f"give_{len(shown)}"
        shown.append([str(kind), repr(value), caught(lambda: only(env.task(give)), message=False)])
    return shown
