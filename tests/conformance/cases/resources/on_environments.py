"""Where resources are accepted, and what a task of the environment has."""

import flyte
from conformance_support import caught, described

env = flyte.TaskEnvironment(name="resources-on-environments", resources=flyte.Resources(cpu=1, memory="1Gi"))


@env.task
def noop() -> None: ...


def main():
    return [
        described(noop.resources),
        described(noop.override(resources=flyte.Resources(cpu=2)).resources),
        caught(lambda: flyte.TaskEnvironment(name="resources-wrong", resources={"cpu": 1})),
        caught(lambda: env.task(resources=flyte.Resources(cpu=1))(lambda: None))["class"],
    ]
