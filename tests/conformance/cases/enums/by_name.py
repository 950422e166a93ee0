"""Enum members cross by name, also as text; the value is refused (TRAP-25)."""

import enum

import flyte
from conformance_support import caught, described, local, only

env = flyte.TaskEnvironment(name="enums-by-name")


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


@env.task
def echo(c: Color) -> Color:
    return c


def main():
    return [
        described(only(echo, Color.RED)),
        described(only(echo, "RED")),
        caught(lambda: local(echo, "red"), message=False),
        caught(lambda: local(echo, "GREEN"), message=False),
        caught(lambda: local(echo, 1), message=False),
    ]
