"""What `env.task` accepts and refuses."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="environment-task-arguments")


def work(x: int) -> int:
    return x


def main():
    refused = [
        "name",
        "resources",
        "image",
        "env_vars",
        "secrets",
        "plugin_config",
        "depends_on",
        "description",
        "reusable",
    ]
    return [
        [caught(lambda: env.task(**{each: None}), message=False) for each in refused],
        env.task(short_name="s", retries=1, timeout=5, report=True, interruptible=True, queue="q", entrypoint=True)(
            work
        ).short_name,
        env.task()(work).short_name,
        env.task(work).short_name,
        caught(lambda: env.task(work, retries=1).retries.count),
        caught(lambda: env.task("text"), message=False),
        caught(lambda: env.task(service_account=5)(work)),
    ]
