"""Wrong values are refused at once."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="override-bad-values")


@env.task
def work(x: int) -> int:
    return x


def main():
    return [
        caught(lambda: work.override(retries="2")),
        caught(lambda: work.override(retries=-1)),
        caught(lambda: work.override(cache="sometimes")),
        caught(lambda: work.override(service_account=5)),
    ]
