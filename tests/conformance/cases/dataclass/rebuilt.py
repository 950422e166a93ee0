"""A dataclass is rebuilt on the other side: ints in float fields become floats (TYP-82)."""

import dataclasses

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="dataclass-rebuilt")


@dataclasses.dataclass
class Point:
    x: int
    f: float = 1.0
    tags: list[str] = dataclasses.field(default_factory=list)


@env.task
def echo(p: Point) -> Point:
    p.tags.append("t")
    return p


def main():
    given = Point(1, 2)
    back = only(echo, given)
    return [repr(back), repr(given), back is given]
