"""Which kinds of enum may cross."""

import enum

import flyte
from conformance_support import caught, described, only

env = flyte.TaskEnvironment(name="enums-kinds")


class Text(str, enum.Enum):
    A = "a"


class Number(enum.IntEnum):
    ONE = 1


class Plain(enum.Enum):
    ONE = 1


class Perm(enum.Flag):
    R = 1
    W = 2


class Same(enum.Enum):
    red = "red"


def main():
    shown = []
    for kind, value in [
        (Text, Text.A),
        (Text, "A"),
        (Text, "a"),
        (Number, Number.ONE),
        (Number, 1),
        (Plain, Plain.ONE),
        (Perm, Perm.R),
        (Same, "red"),
        (Same, Same.red),
    ]:

        def echo(x):
            return x

        echo.__annotations__ = {"x": kind, "return": kind}
        echo.__name__ = f"echo_{len(shown)}"
        task = caught(lambda: env.task(echo), message=False)
        found = env.tasks.get(f"{env.name}.{echo.__name__}")
        shown.append(caught(lambda: described(only(found, value)), message=False) if found else task)
    return shown
