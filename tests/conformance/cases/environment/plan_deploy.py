"""Planning a deployment: dependencies, doubled names, cycles (DEP-02, DEP-03)."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="environment-plan-deploy")


def main():
    from flyte._deploy import plan_deploy

    a, b = flyte.TaskEnvironment(name="plan-a"), flyte.TaskEnvironment(name="plan-b")
    b.add_dependency(a)
    twins = flyte.TaskEnvironment(name="plan-a")
    planned = sorted(plan_deploy(b)[0].envs)
    doubled = caught(lambda: plan_deploy(a, twins), message=False)
    a.add_dependency(b)
    return [planned, doubled, caught(lambda: plan_deploy(a), message=False)]
