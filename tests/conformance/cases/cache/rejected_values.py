"""What is no cache (CFG-10)."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="cache-rejected-values")


def make(cache):
    return lambda: env.task(cache=cache)(lambda_like)


def lambda_like(x: int) -> int:
    return x


def main():
    return [
        caught(make(True)),
        caught(make("always")),
        caught(lambda: flyte.TaskEnvironment(name="cache-bad", cache=True)),
        caught(lambda: flyte.Cache("sometimes")),
        caught(lambda: flyte.Cache(), message=False),
        caught(lambda: flyte.Cache("auto", max_age=-5)),
        caught(lambda: flyte.Cache("auto", max_age=True)),
        caught(lambda: flyte.Cache("auto", policies=[])),
    ]
