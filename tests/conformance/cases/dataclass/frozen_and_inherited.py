"""Frozen dataclasses, and ones with a base class."""

import dataclasses

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="dataclass-frozen-and-inherited")


@dataclasses.dataclass(frozen=True)
class Frozen:
    a: int


@dataclasses.dataclass
class Base:
    a: int


@dataclasses.dataclass
class Child(Base):
    b: str = "b"


@env.task
def frozen(x: Frozen) -> Frozen:
    return x


@env.task
def child(x: Child) -> Child:
    return x


@env.task
def base(x: Base) -> str:
    return repr(x)


def main():
    return [repr(only(frozen, Frozen(1))), repr(only(child, Child(1))), only(base, Child(1))]
