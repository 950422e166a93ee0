"""An enum result is the member itself; defaults and lists work."""

import enum

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="enums-identity-and-default")


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


@env.task
def other(c: Color = Color.RED) -> Color:
    return Color.BLUE if c is Color.RED else Color.RED


@env.task
def main_task(cs: list[Color]) -> list[Color]:
    return [other(c) for c in cs]


def main():
    return [only(other) is Color.BLUE, [each.name for each in only(main_task, [Color.RED, Color.BLUE])]]
