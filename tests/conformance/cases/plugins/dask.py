"""The configuration of Dask tasks, which run here as they are."""

import stand_ins

stand_ins.install()

import flyte
from conformance_support import caught, described, only
from flyteplugins.dask import Dask, Scheduler, WorkerGroup

config = Dask(workers=WorkerGroup(number_of_workers=2, resources=flyte.Resources(cpu=1)))
env = flyte.TaskEnvironment(name="plugins-dask", plugin_config=config)


@env.task
def task(x: int) -> int:
    return x + 1


def main():
    return [
        described(Dask()),
        described(config),
        described(Scheduler(image="i")),
        caught(lambda: WorkerGroup(limits=flyte.Resources(cpu=1))),
        [type(task).__name__, task.task_type],
        only(task, 1),
    ]
