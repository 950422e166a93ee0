"""A partial that binds by name what precedes the mapped parameter is refused (TRAP-04)."""

import functools

import flyte
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="map-partial-before-is-refused")


@env.task
def join(a: int, b: str) -> str:
    return f"{a}{b}"


@env.task
def main_task() -> list[str]:
    return list(flyte.map(functools.partial(join, a=1), ["x"]))


def main():
    return [caught(lambda: local(main_task)), caught(main_task)]
