"""A parameterised dataclass."""

import dataclasses
import typing

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="dataclass-generic")


T = typing.TypeVar("T")


@dataclasses.dataclass
class Box(typing.Generic[T]):
    item: T


@env.task
def echo(b: Box[int]) -> Box[int]:
    return b


def main():
    return repr(only(echo, Box(3)))
