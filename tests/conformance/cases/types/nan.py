"""Not-a-number crosses a border."""

import math

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="types-nan")


@env.task
def echo(x: float) -> float:
    return x


def main():
    return math.isnan(only(echo, float("nan")))
