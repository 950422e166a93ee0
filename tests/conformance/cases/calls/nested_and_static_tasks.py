"""Tasks made in functions and static methods work locally (WF-40, WF-41)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-nested-and-static-tasks")


class Holder:
    @staticmethod
    @env.task
    def twice(x: int) -> int:
        return 2 * x


def make():
    @env.task
    def local_one(x: int) -> int:
        return x + 1

    return local_one


@env.task
def main_task() -> list[int]:
    return [Holder.twice(4), make()(4)]


def main():
    return only(main_task)
