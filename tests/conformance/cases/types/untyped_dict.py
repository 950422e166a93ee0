"""A bare dict: tuples become lists, what MessagePack has no form for is refused."""

import datetime

import flyte
from conformance_support import caught, described, local, only

env = flyte.TaskEnvironment(name="types-untyped-dict")


@env.task
def echo(x: dict) -> dict:
    return x


def main():
    good = [
        {"a": (1, 2)},
        {"a": {"b": [1.5, None, True, b"x"]}},
        {1: "one"},
        {},
        {"big": 2**63},
    ]
    bad = [{"a": {1, 2}}, {"a": datetime.datetime(2024, 1, 1)}, {"a": object()}, {"a": 2**64}]
    return [described(only(echo, each)) for each in good] + [
        caught(lambda: local(echo, each), message=False) for each in bad
    ]
