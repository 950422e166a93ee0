"""Dicts with keys and values of other types."""

import dataclasses
import datetime
import enum
import typing

import flyte
from conformance_support import caught, only

env = flyte.TaskEnvironment(name="types-dicts-of-structures")


class Color(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: int


def main():
    shown = []
    for kind, value in [
        (dict[int, Point], {1: Point(2)}),
        (dict[Color, int], {Color.RED: 1}),
        (dict[str, Point], {"a": Point(2)}),
        (dict[str, datetime.datetime], {"a": datetime.datetime(2024, 1, 1)}),
        (dict[int, datetime.datetime], {1: datetime.datetime(2024, 1, 1)}),
        (list[dict[str, typing.Any]], [{"a": [1]}]),
        (dict[str, dict[str, int]], {"a": {"b": 1}}),
        (dict[int, list[int]], {1: [2]}),
        (dict[str, tuple[int, str]], {"a": (1, "b")}),
        (dict[tuple[int, int], str], {(1, 2): "a"}),
        (dict[str, set[int]], {"a": {1}}),
        (dict[int, set[int]], {1: {1}}),
        (dict[bool, int], {True: 1}),
        (dict[float, int], {1.5: 1}),
        (dict[int, str], {"1": "a"}),
        (dict[int, str], {1: 2}),
        (dict[int, int], {1: "x"}),
        (dict[str, bool], {"a": 1}),
    ]:

        def echo(x):
            return x

        echo.__name__ = f"echo_{len(shown)}"
        echo.__annotations__ = {"x": kind, "return": kind}
        shown.append([str(kind), caught(lambda: only(env.task(echo), value), message=False)])
    return shown
