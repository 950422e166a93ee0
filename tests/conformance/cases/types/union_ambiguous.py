"""Two fitting variants are an error."""

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="types-union-ambiguous")


@env.task
def lists(x: list[int] | list[str]) -> str:
    return repr(x)


@env.task
def clear(x: list[int] | dict[str, int]) -> str:
    return repr(x)


def main():
    return [
        only(lists, [1]),
        only(lists, ["a"]),
        caught(lambda: local(lists, []), message=False),
        only(clear, {"a": 1}),
        only(clear, []),
    ]
