"""Optional inside of containers and the other way round."""

import dataclasses
import typing

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="types-nested-optionals")


@dataclasses.dataclass
class Node:
    n: int
    child: typing.Optional["Node"] = None


@env.task
def echo(
    a: list[int | None],
    b: dict[str, float | None],
    c: list[str] | None,
    d: dict[str, list[int]] | None,
    e: Node | None,
    f: list[Node],
) -> str:
    return repr((a, b, c, d, e, f))


def main():
    node = Node(1, Node(2))
    return [
        only(echo, [1, None], {"x": None}, None, {"k": [1]}, node, [node]),
        only(echo, [], {}, ["a"], None, None, []),
        caught(lambda: local(echo, [1, "a"], {}, None, None, None, []), message=False),
        caught(lambda: local(echo, [], {"x": 1}, None, None, None, []), message=False),
    ]
