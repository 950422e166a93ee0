"""ClassVar, InitVar, slots, keyword-only fields."""

import dataclasses
import typing

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="dataclass-kinds-of-fields")


@dataclasses.dataclass(slots=True, kw_only=True)
class Slotted:
    a: int
    b: str = "b"


@dataclasses.dataclass
class WithClass:
    kind: typing.ClassVar[str] = "k"
    n: int = 1


@env.task
def slotted(x: Slotted) -> Slotted:
    return x


@env.task
def with_class(x: WithClass) -> str:
    return f"{x.kind} {x.n}"


def main():
    return [repr(only(slotted, Slotted(a=1))), only(with_class, WithClass(2))]
