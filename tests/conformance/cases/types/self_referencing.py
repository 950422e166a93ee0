"""A recursive dataclass and a recursive list."""

import dataclasses

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="types-self-referencing")


@dataclasses.dataclass
class Tree:
    name: str
    children: list["Tree"] = dataclasses.field(default_factory=list)


@env.task
def count(t: Tree) -> int:
    return 1 + sum(len(each.children) + 1 for each in t.children)


def main():
    return only(count, Tree("a", [Tree("b", [Tree("c")]), Tree("d")]))
