"""The configuration of elastic PyTorch tasks, which are called once, here."""

import stand_ins

stand_ins.install()

import flyte
from conformance_support import caught, described, only
from flyteplugins.pytorch import Elastic
from flyteplugins.pytorch.task import RunPolicy


def made(name, **settings):
    env = flyte.TaskEnvironment(name=name, plugin_config=Elastic(**settings))

    @env.task
    def task(x: int) -> int:
        return x + 1

    return [type(task).__name__, task.task_type, task.min_nodes, task.max_nodes, only(task, 1)]


def main():
    return [
        described(Elastic(nnodes=1, nproc_per_node=2)),
        described(Elastic("1:4", 2, run_policy=RunPolicy(clean_pod_policy="all"))),
        caught(lambda: Elastic()),
        caught(lambda: Elastic(nnodes=1)),
        caught(lambda: Elastic(nnodes=1, nproc_per_node=1, start_method="spawn")),
        caught(lambda: Elastic(nnodes=1, nproc_per_node=1, increase_shared_mem=True)),
        made("plugins-elastic-one", nnodes=1, nproc_per_node=2),
        made("plugins-elastic-range", nnodes="2:4", nproc_per_node=1),
        caught(lambda: made("plugins-elastic-wrong", nnodes="1:2:3", nproc_per_node=1)),
    ]
