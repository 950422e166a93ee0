"""durable.time and durable.now."""

import flyte
import flyte.durable
from conformance_support import only

env = flyte.TaskEnvironment(name="durable-time-and-now")


@env.task
def look() -> list[str]:
    return [type(flyte.durable.time()).__name__, type(flyte.durable.now()).__name__, repr(flyte.durable.now().tzinfo)]


def main():
    return only(look)
