"""A dict is accepted for a dataclass and defaults are filled in (TYP-71)."""

import dataclasses

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="dataclass-from-dict")


@dataclasses.dataclass
class Point:
    x: int
    f: float = 1.0
    o: int | None = None


@env.task
def echo(p: Point) -> Point:
    return p


def main():
    return [
        repr(only(echo, {"x": 1})),
        repr(only(echo, {"x": 1, "f": 2.5, "o": 3})),
        caught(lambda: local(echo, {"f": 1.0}), message=False),
        caught(lambda: local(echo, {"x": 1, "zz": 2}), message=False),
        caught(lambda: local(echo, {"x": "1"}), message=False),
        caught(lambda: local(echo, 5), message=False),
    ]
