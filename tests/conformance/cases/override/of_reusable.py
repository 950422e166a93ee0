"""Settings a reusable environment fixes can be overridden only with reusable="off"."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="override-of-reusable")


warm = flyte.TaskEnvironment(name="override-warm", reusable=flyte.ReusePolicy(replicas=1))


@warm.task
def work(x: int) -> int:
    return x


def main():
    return [
        caught(lambda: work.override(resources=flyte.Resources(cpu=1))),
        caught(lambda: work.override(env_vars={"A": "1"})),
        caught(lambda: work.override(secrets="S")),
        caught(lambda: work.override(service_account="s")),
        work.override(resources=flyte.Resources(cpu=1), reusable="off").reusable is None,
    ]
