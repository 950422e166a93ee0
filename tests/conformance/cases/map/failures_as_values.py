"""By default failures are yielded as values (TRAP-03)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="map-failures-as-values")


@env.task
def half(x: int) -> int:
    if x % 2:
        raise ValueError(f"{x} is odd")
    return x // 2


@env.task
def main_task() -> list[str]:
    return [f"{type(each).__name__} {getattr(each, 'code', '')} {each}" for each in flyte.map(half, [2, 3, 4, 5])]


def main():
    return [only(main_task), main_task()]
