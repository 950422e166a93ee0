"""A traced function gets the caller's own objects."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="trace-values-are-the-callers-own")


@flyte.trace
def grow(xs: list[int]) -> list[int]:
    xs.append(9)
    return xs


@env.task
def main_task() -> list[str]:
    xs = [1]
    same = grow(xs) is xs
    return [repr(same), repr(xs)]


def main():
    return only(main_task)
