"""Nested dataclasses, lists and dicts of them, Optional fields."""

import dataclasses

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="dataclass-nested")


@dataclasses.dataclass
class Leaf:
    n: int


@dataclasses.dataclass
class Tree:
    leaf: Leaf
    more: list[Leaf]
    named: dict[str, Leaf]
    maybe: Leaf | None = None
    pair: tuple[int, str] = (1, "a")


@env.task
def echo(t: Tree) -> Tree:
    return t


def main():
    return [
        repr(only(echo, Tree(Leaf(1), [Leaf(2)], {"k": Leaf(3)}))),
        repr(only(echo, Tree(Leaf(1), [], {}, Leaf(4), (2, "b")))),
    ]
