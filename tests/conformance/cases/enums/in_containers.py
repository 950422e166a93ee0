"""Enums in dicts, Optional and dataclasses."""

import dataclasses
import enum

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="enums-in-containers")


class Color(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Box:
    c: Color
    o: Color | None = None


@env.task
def echo(d: dict[str, Color], o: Color | None, b: Box) -> str:
    return repr((d, o, b))


def main():
    return only(echo, {"k": Color.RED}, None, Box(Color.RED)), only(echo, {}, Color.RED, Box(Color.RED, Color.RED))
