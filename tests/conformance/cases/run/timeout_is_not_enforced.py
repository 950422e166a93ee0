"""A timeout is not enforced locally (SEM-06)."""

import asyncio
import datetime
import time

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="run-timeout-is-not-enforced")


@env.task(timeout=datetime.timedelta(milliseconds=10))
def slow() -> int:
    time.sleep(0.05)
    return 1


@env.task(timeout=flyte.Timeout(max_runtime=1, deadline=datetime.timedelta(milliseconds=1)))
async def async_slow() -> int:
    await asyncio.sleep(0.02)
    return 2


def main():
    return [only(slow), only(async_slow)]
