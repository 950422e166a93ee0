"""The version is that of the cache, "" without one."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="context-version")


@env.task
def plain() -> str:
    return flyte.ctx().version


@env.task(cache=flyte.Cache("auto", version_override="v7"))
def cached() -> str:
    return flyte.ctx().version


def main():
    return [only(plain), only(cached)]
