"""Optional and Union choose by exact type first."""

import typing

import flyte
from conformance_support import caught, described, local, only

env = flyte.TaskEnvironment(name="types-optional-and-union")


@env.task
def optional(x: typing.Optional[float]) -> typing.Optional[float]:
    return x


@env.task
def either(x: typing.Union[int, str, bool]) -> typing.Union[int, str, bool]:
    return x


@env.task
def number(x: int | float) -> int | float:
    return x


@env.task
def lists(x: list[int] | str | None) -> list[int] | str | None:
    return x


def main():
    return [
        *[described(only(optional, each)) for each in (None, 1.5)],
        *[described(only(either, each)) for each in (1, "1", True)],
        *[described(only(number, each)) for each in (1, 1.0)],
        *[described(only(lists, each)) for each in ([1], "a", None)],
        caught(lambda: local(optional, 1), message=False),
        caught(lambda: local(optional, "a"), message=False),
        caught(lambda: local(either, 1.5), message=False),
        caught(lambda: local(number, "1"), message=False),
        caught(lambda: local(lists, ["a"]), message=False),
    ]
