"""Inputs without an annotation are pickled (TYP-80)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="types-unannotated-inputs")


@env.task
def echo(x, y=3) -> str:
    return repr((x, y))


def main():
    return [only(echo, {1: (2,)}), only(echo, 1, y="z"), list(echo.native_interface.inputs)]
