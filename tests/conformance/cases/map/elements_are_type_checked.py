"""Elements of a wrong type fail one by one."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="map-elements-are-type-checked")


@env.task
def same(x: int) -> int:
    return x


@env.task
def main_task() -> list[str]:
    return [f"{type(each).__name__} {getattr(each, 'code', None)}" for each in flyte.map(same, [1, "a", None])]


def main():
    return only(main_task)
