"""Rules of reusable environments."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="environment-reusable")


warm = flyte.TaskEnvironment(name="environment-warm", reusable=flyte.ReusePolicy(replicas=2, concurrency=2))


def sync_work(x: int) -> int:
    return x


async def async_work(x: int) -> int:
    return x


def main():
    return [
        caught(lambda: warm.task(sync_work)),
        warm.task(async_work).name,
        caught(lambda: warm.task(pod_template="p")),
        caught(lambda: warm.task(service_account="s")),
        warm.clone_with("environment-cold", reusable=None).reusable,
    ]
