"""After retries + 1 attempts the last failure is the result."""

import flyte
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="retries-exhausted")


RUNS = []


@env.task(retries=2)
def fails() -> int:
    RUNS.append(1)
    raise ValueError(f"attempt {len(RUNS)}")


def main():
    return [caught(lambda: local(fails)), len(RUNS)]
