"""Resources, env_vars and secrets replace the old ones as a whole (WF-32)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="override-resources-and-others")


inner = flyte.TaskEnvironment(
    name="override-inner", resources=flyte.Resources(cpu=1, memory="1Gi"), env_vars={"A": "1"}, secrets="S"
)


@inner.task
def work(x: int) -> int:
    return x


def main():
    other = work.override(resources=flyte.Resources(cpu=2), env_vars={"B": "2"}, secrets=["T"])
    return [
        [work.resources.cpu, work.resources.memory, work.env_vars, work.secrets],
        [other.resources.cpu, other.resources.memory, other.env_vars, other.secrets],
        only(other, 1),
    ]
