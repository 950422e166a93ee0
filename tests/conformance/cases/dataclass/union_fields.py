"""Fields that are unions."""

import dataclasses

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="dataclass-union-fields")


@dataclasses.dataclass
class Item:
    v: int | str | float
    w: list[int] | None = None


@env.task
def echo(p: list[Item]) -> list[Item]:
    return p


def main():
    return repr(only(echo, [Item(1), Item("1"), Item(1.5), Item(True), Item(1, [2])]))
