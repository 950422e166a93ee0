"""Fields holding values of another type: what the rebuilding makes of them."""

import dataclasses

import flyte
from conformance_support import caught, only

env = flyte.TaskEnvironment(name="dataclass-field-values-are-not-checked")


@dataclasses.dataclass
class Loose:
    x: int = 0
    s: str = ""
    b: bool = False
    f: float = 0.0


@env.task
def echo(p: Loose) -> Loose:
    return p


def main():
    return [
        caught(lambda: repr(only(echo, each)), message=False)
        for each in (Loose(x="5"), Loose(x="a"), Loose(x=1.9), Loose(s=5), Loose(b=1), Loose(f="1.5"), Loose(x=None))
    ]
