"""A failing task raises RuntimeUserError from `run` (TST-08)."""

import flyte
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="errors-top-level")


@env.task
def fails() -> int:
    raise ValueError("top")


@env.task
async def async_fails() -> int:
    raise LookupError("top")


def main():
    return [caught(lambda: local(fails)), caught(lambda: local(async_fails)), caught(lambda: flyte.run(fails))]
