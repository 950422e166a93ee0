"""Dict[str, Any] pickles each value; None is refused."""

import typing

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="types-dict-of-any")


@env.task
def echo(x: dict[str, typing.Any]) -> dict[str, typing.Any]:
    return x


def main():
    return [
        sorted(only(echo, {"a": 1, "b": [1, (2,)], "c": {"d": 1}}).items(), key=str),
        caught(lambda: local(echo, {"a": None})),
    ]
