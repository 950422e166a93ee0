"""Tasks take the environment's settings, and the decorator's before them."""

import flyte

env = flyte.TaskEnvironment(name="environment-settings-reach-the-task")


rich = flyte.TaskEnvironment(
    name="environment-rich",
    resources=flyte.Resources(cpu=1),
    env_vars={"A": "1"},
    secrets="S",
    interruptible=True,
    service_account="sa",
    pod_template="pod",
    queue="q1",
    cache="auto",
)


@rich.task
def plain(x: int) -> int:
    """Text."""
    return x


@rich.task(
    interruptible=False, service_account="sb", pod_template="pod2", queue="q2", cache="disable", timeout=7, report=True
)
def special(x: int) -> int:
    return x


def main():
    return [
        [
            each.resources.cpu,
            each.env_vars,
            each.secrets,
            each.interruptible,
            each.service_account,
            each.pod_template,
            each.queue,
            each.cache.behavior,
            each.timeout,
            each.report,
            each.parent_env_name,
            each.parent_env() is rich,
        ]
        for each in (plain, special)
    ]
