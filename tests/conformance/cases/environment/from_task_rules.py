"""from_task refuses tasks that have an environment."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="environment-from-task-rules")


@env.task
def work(x: int) -> int:
    return x


def main():
    empty = flyte.TaskEnvironment.from_task("from-nothing")
    return [
        caught(lambda: flyte.TaskEnvironment.from_task("from-task", work)),
        [empty.name, empty.image, list(empty.tasks), empty.depends_on],
    ]
