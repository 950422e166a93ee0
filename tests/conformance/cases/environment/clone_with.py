"""A clone takes over settings, not tasks."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="environment-clone-with")


base = flyte.TaskEnvironment(
    name="clone-base",
    resources=flyte.Resources(cpu=1),
    env_vars={"A": "1"},
    secrets="S",
    description="d",
    interruptible=True,
    cache="auto",
    queue="q",
    include=("a.txt",),
    depends_on=[env],
)


@base.task
def work(x: int) -> int:
    return x


def main():
    clone = base.clone_with("clone-new", resources=flyte.Resources(cpu=2), env_vars={"B": "2"}, cache="disable")
    same = base.clone_with(name="clone-same")
    clone.depends_on.append(flyte.TaskEnvironment(name="clone-other"))
    shown = [
        [
            each.name,
            each.resources.cpu,
            each.env_vars,
            each.secrets,
            each.description,
            each.interruptible,
            each.cache,
            each.queue,
            list(each.include),
            [dep.name for dep in each.depends_on],
            list(each.tasks),
            type(each).__name__,
        ]
        for each in (base, clone, same)
    ]
    return [*shown, caught(lambda: base.clone_with("x", nonsense=1))]
