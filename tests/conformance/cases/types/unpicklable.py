"""What cannot be pickled is an error."""

import threading
import typing

import flyte
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="types-unpicklable")


@env.task
def generator() -> typing.Iterator[int]:
    yield 1


@env.task
def lock() -> typing.Any:
    return threading.Lock()


@env.task
def any_none(x: typing.Any = 1) -> str:
    return repr(x)


def main():
    return [caught(lambda: local(each)) for each in (generator, lock)] + [caught(lambda: local(any_none, None))]
