"""A direct call refuses unknown keywords."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="calls-direct-unknown-keyword")


@env.task
def one(a: int) -> int:
    return a


def main():
    return caught(lambda: one(a=1, zz=2), message=False)
