"""Another dataclass with the same fields passes, with others it does not."""

import dataclasses

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="dataclass-another-class-of-the-same-shape")


@dataclasses.dataclass
class One:
    a: int


@dataclasses.dataclass
class Two:
    a: int


@dataclasses.dataclass
class Three:
    a: str


@env.task
def echo(x: One) -> str:
    return repr(x)


def main():
    return [only(echo, Two(1)), caught(lambda: local(echo, Three("a")), message=False)]
