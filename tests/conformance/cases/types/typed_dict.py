"""TypedDict as input and output."""

import typing

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="types-typed-dict")


class Movie(typing.TypedDict):
    title: str
    year: int


class Partial(typing.TypedDict, total=False):
    a: int


@env.task
def echo(x: Movie) -> Movie:
    return x


@env.task
def partial(x: Partial) -> Partial:
    return x


def main():
    return [
        only(echo, {"title": "t", "year": 1}),
        caught(lambda: only(partial, {}), message=False),
        only(partial, {"a": 1}),
        caught(lambda: local(echo, {"title": "t"}), message=False),
        caught(lambda: local(echo, [1]), message=False),
    ]
