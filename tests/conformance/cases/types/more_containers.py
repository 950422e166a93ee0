"""Other container annotations."""

import collections
import typing

import flyte
from conformance_support import caught, described, only

env = flyte.TaskEnvironment(name="types-more-containers")


@env.task
def sequence(x: typing.Sequence[int]) -> str:
    return described(x)


@env.task
def mapping(x: typing.Mapping[str, int]) -> str:
    return described(x)


@env.task
def bare_list(x: typing.List) -> str:
    return described(x)


@env.task
def bare_dict(x: typing.Dict) -> str:
    return described(x)


@env.task
def frozen(x: frozenset[int], y: collections.deque[int]) -> str:
    return described(x) + described(y)


@env.task
def plain_ordered(x: collections.OrderedDict) -> str:
    return described(x)


def main():
    return [
        caught(lambda: only(sequence, (1, 2))),
        caught(lambda: only(mapping, {"a": 1})),
        caught(lambda: only(bare_list, [1, "a"]), message=False),
        caught(lambda: only(bare_dict, {"a": (1,)}), message=False),
        caught(lambda: only(frozen, frozenset([1]), collections.deque([1]))),
        caught(lambda: only(plain_ordered, collections.OrderedDict(a=1)), message=False),
    ]
