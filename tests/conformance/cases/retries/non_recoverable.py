"""NonRecoverableError ends it at once."""

import flyte
import flyte.errors
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="retries-non-recoverable")


RUNS = []


@env.task(retries=5)
def fails() -> int:
    RUNS.append(1)
    raise flyte.errors.NonRecoverableError("stop")


@env.task(retries=5)
async def fails_async() -> int:
    RUNS.append(1)
    raise flyte.errors.NonRecoverableError("stop", code="Mine")


def main():
    return [caught(lambda: local(fails)), caught(lambda: local(fails_async)), len(RUNS)]
