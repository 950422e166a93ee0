"""Subclasses of int and str as values and as declared types."""

import flyte
from conformance_support import caught, described, local, only

env = flyte.TaskEnvironment(name="types-subclasses-of-simple-types")


class Meters(int):
    pass


class Name(str):
    pass


@env.task
def number(x: int) -> str:
    return described(x)


@env.task
def text(x: str) -> str:
    return described(x)


@env.task
def declared(x: Meters) -> str:
    return described(x)


def main():
    return [
        only(number, Meters(3)),
        only(text, Name("n")),
        caught(lambda: local(declared, Meters(3)), message=False),
    ]
