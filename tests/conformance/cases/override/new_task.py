"""`override` gives another task and leaves the first alone."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="override-new-task")


@env.task(retries=2, short_name="mine")
def work(x: int) -> int:
    return x


def main():
    other = work.override(short_name="theirs", retries=5, timeout=10, interruptible=True, queue="q")
    return [
        [work.short_name, work.retries.count, work.timeout, work.interruptible, work.queue],
        [other.short_name, other.retries.count, other.timeout, other.interruptible, other.queue, other.name],
        only(other, 3),
        other(4),
        type(other) is type(work),
    ]
