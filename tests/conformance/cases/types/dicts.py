"""Typed dicts."""

import collections
import typing

import flyte
from conformance_support import caught, described, local, only

env = flyte.TaskEnvironment(name="types-dicts")


@env.task
def by_name(x: dict[str, int]) -> dict[str, int]:
    return x


@env.task
def by_number(x: typing.Dict[int, str]) -> typing.Dict[int, str]:
    return x


@env.task
def lists(x: dict[str, list[float]]) -> dict[str, list[float]]:
    return x


def main():
    return [
        only(by_name, {"a": 1}),
        only(by_name, {}),
        described(only(by_number, {1: "a"})),
        only(lists, {"a": [1.5]}),
        caught(lambda: local(by_name, {"a": "b"}), message=False),
        caught(lambda: local(by_name, {1: 1}), message=False),
        caught(lambda: local(by_name, [1]), message=False),
        caught(lambda: local(by_name, collections.OrderedDict(a=1)), message=False),
    ]
