"""A mutable default is shared by direct calls (SEM-11)."""

import flyte

env = flyte.TaskEnvironment(name="calls-mutable-default-direct")


@env.task
def grow(x: int, seen: list[int] = [1]) -> list[int]:
    seen.append(x)
    return list(seen)


def main():
    return [grow(2), grow(2)]
