"""The simple types: what is accepted and what is refused (section 6.4)."""

import flyte
from conformance_support import caught, only

env = flyte.TaskEnvironment(name="types-simple-accept-and-refuse")


CASES = [
    (int, [1, True, 1.0, "1", None, 2**62, -(2**63), 2**63, 2**70]),
    (float, [1.5, 1, True, "1", None, float("inf")]),
    (bool, [True, 1, 0, "true", None]),
    (str, ["a", "", "ü\n", 1, None, b"x"]),
]


def main():
    shown = []
    for kind, values in CASES:

        def echo(x):
            return x

        echo.__name__ = f"echo_{kind.__name__}"
        echo.__annotations__ = {"x": kind, "return": kind}
        task = env.task(echo)
        for value in values:
            result = caught(lambda: only(task, x=value), message=False)
            shown.append([kind.__name__, repr(value), result])
    return shown
