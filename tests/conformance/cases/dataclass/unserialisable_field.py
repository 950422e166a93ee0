"""A field of a type without a plain form."""

import dataclasses

import flyte
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="dataclass-unserialisable-field")


class Thing:
    pass


@dataclasses.dataclass
class Holder:
    t: Thing


@env.task
def takes(p: Holder) -> int:
    return 1


@env.task
def gives() -> Holder:
    return Holder(Thing())


def main():
    return [caught(lambda: local(takes, Holder(Thing())), message=False), caught(lambda: local(gives), message=False)]
