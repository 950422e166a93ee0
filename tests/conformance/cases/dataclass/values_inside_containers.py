"""What containers in dataclass fields make of their values."""

import dataclasses
import typing

import flyte
from conformance_support import caught, only

env = flyte.TaskEnvironment(name="dataclass-values-inside-containers")


@dataclasses.dataclass
class Holder:
    a: list = dataclasses.field(default_factory=list)
    b: dict = dataclasses.field(default_factory=dict)
    c: list[float] = dataclasses.field(default_factory=list)
    d: dict[str, int] = dataclasses.field(default_factory=dict)
    e: tuple[int, ...] = ()
    f: typing.Any = None


@env.task
def echo(x: Holder) -> Holder:
    return x


def main():
    given = [
        Holder(a=[1, (2,), {"k": (3,)}]),
        Holder(b={"k": (1,), 2: "x"}),
        Holder(c=[1, 2.5]),
        Holder(d={"k": 1.9}),
        Holder(e=(1, 2)),
        Holder(f={"k": [1]}),
        Holder(f={1, 2}),
        Holder(f=object()),
        Holder(e=[1]),
        Holder(c=(1, 2)),
        Holder(d={1: "5"}),
        Holder(c=["a"]),
    ]
    return [caught(lambda: repr(only(echo, each)), message=False) for each in given]
