"""Values of no known type are pickled."""

import typing

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="types-pickled")


class Point:
    def __init__(self, x: int) -> None:
        self.x = x

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Point) and other.x == self.x

    __hash__ = None


@env.task
def mine(p: Point) -> Point:
    p.x += 1
    return p


@env.task
def various(a: set, b: bytes, c: typing.Any, d: list, e: set[int], f: complex, g: object) -> str:
    return repr((sorted(a), b, c, d, sorted(e), f, g))


def main():
    point = Point(1)
    back = only(mine, point)
    return [
        back.x,
        point.x,
        back is point,
        only(various, {1}, b"x", {"k": (1,)}, [1, "a"], {2}, 1j, "g"),
        caught(lambda: local(mine, None)),
    ]
