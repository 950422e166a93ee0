"""Optional parameters take None by default and by value."""

import typing

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-optional-default-none")


@env.task
def shown(x: typing.Optional[int] = None, y: int | None = None) -> str:
    return f"{x!r} {y!r}"


@env.task
def main_task() -> list[str]:
    return [shown(), shown(None), shown(1), shown(y=2)]


def main():
    return only(main_task)
