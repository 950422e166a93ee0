"""Names and types of outputs."""

import typing

import flyte

env = flyte.TaskEnvironment(name="task-interface-of-outputs")


class Out(typing.NamedTuple):
    first: int
    second: list[str]


def make(annotation):
    def work():
        pass

    work.__annotations__ = {"return": annotation}
    return {name: str(each) for name, each in env.task(work).native_interface.outputs.items()}


def main():
    return [make(each) for each in (int, None, list[int], tuple[int, str], Out, int | None, dict[str, int])]
