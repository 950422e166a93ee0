"""Dataclasses in a Union are told apart by their fields."""

import dataclasses

import flyte
from conformance_support import caught, only

env = flyte.TaskEnvironment(name="types-union-of-dataclasses")


@dataclasses.dataclass
class Cat:
    name: str


@dataclasses.dataclass
class Dog:
    name: str


@dataclasses.dataclass
class Bird:
    wings: int


@env.task
def differ(x: Cat | Bird) -> str:
    return repr(x)


@env.task
def twins(x: Cat | Dog) -> str:
    return repr(x)


def main():
    return [
        only(differ, Cat("Tom")),
        only(differ, Bird(2)),
        caught(lambda: only(twins, Dog("Rex")), message=False),
    ]
