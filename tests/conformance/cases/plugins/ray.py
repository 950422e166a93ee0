"""The configuration of Ray tasks, and which reuse policies they take."""

import stand_ins

stand_ins.install()

import flyte
from conformance_support import caught, described
from flyteplugins.ray import AutoscalerOptionsConfig, HeadNodeConfig, RayJobConfig, WorkerNodeConfig

workers = [WorkerNodeConfig(group_name="g", replicas=2, requests=flyte.Resources(cpu=1))]


def task_type(reusable=None, **settings):
    config = RayJobConfig(worker_node_config=workers, **settings)
    env = flyte.TaskEnvironment(name="plugins-ray", plugin_config=config, reusable=reusable)

    @env.task
    async def task(x: int) -> int:
        return x

    return [type(task).__name__, task.task_type]


def main():
    return [
        described(
            RayJobConfig(worker_node_config=workers, head_node_config=HeadNodeConfig(ray_start_params={"a": "b"}))
        ),
        described(AutoscalerOptionsConfig(upscaling_mode=AutoscalerOptionsConfig.UpscalingMode.AGGRESSIVE)),
        caught(lambda: RayJobConfig()),
        caught(lambda: WorkerNodeConfig(group_name="g")),
        caught(lambda: AutoscalerOptionsConfig(requests=1)),
        task_type(),
        caught(lambda: task_type(flyte.ReusePolicy(replicas=1, concurrency=1))),
        caught(lambda: task_type(flyte.ReusePolicy(replicas=2))),
        caught(lambda: task_type(flyte.ReusePolicy(replicas=1, concurrency=2))),
        caught(lambda: task_type(flyte.ReusePolicy(replicas=1), shutdown_after_job_finishes=True)),
        caught(lambda: task_type(flyte.ReusePolicy(replicas=1), ttl_seconds_after_finished=1)),
    ]
