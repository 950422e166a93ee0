"""A policy of one's own decides the version."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="cache-custom-policy")


class Fixed:
    def __init__(self, version: str) -> None:
        self.version = version

    def get_version(self, salt: str, params: object) -> str:
        return self.version + salt + params.func.__name__


RUNS = []


@env.task
def work(x: int) -> int:
    RUNS.append(x)
    return x


@env.task
def main_task() -> int:
    for version in ("a", "a", "b"):
        work.override(cache=flyte.Cache("auto", policies=Fixed(version)))(1)
    return len(RUNS)


def main():
    return [only(main_task), isinstance(Fixed("a"), flyte.CachePolicy)]
