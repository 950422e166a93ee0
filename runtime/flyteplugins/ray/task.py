"""The configuration of a Ray task and its cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from flyte._pod import PodTemplate
from flyte._resources import Resources
from flyte._task import AsyncFunctionTaskTemplate
from flyte._task_plugins import TaskPluginRegistry
from flyte.errors import RuntimeUserError


@dataclass
class AutoscalerOptionsConfig:
    """How a Ray cluster grows and shrinks."""

    class UpscalingMode:
        """The values of `upscaling_mode`."""

        UNSPECIFIED = 0
        DEFAULT = 1
        AGGRESSIVE = 2
        CONSERVATIVE = 3

    upscaling_mode: int | None = None
    idle_timeout_seconds: int | None = None
    image: str | None = None
    env: dict[str, str] | None = None
    resources: Resources | None = None


@dataclass
class HeadNodeConfig:
    """The head of a Ray cluster."""

    ray_start_params: dict[str, str] | None = None
    pod_template: PodTemplate | None = None
    requests: Resources | None = None
    limits: Resources | None = None


@dataclass
class WorkerNodeConfig:
    """A group of workers of a Ray cluster."""

    group_name: str
    replicas: int
    min_replicas: int | None = None
    max_replicas: int | None = None
    ray_start_params: dict[str, str] | None = None
    pod_template: PodTemplate | None = None
    requests: Resources | None = None
    limits: Resources | None = None


@dataclass
class RayJobConfig:
    """Configuration of a Ray task."""

    worker_node_config: list[WorkerNodeConfig]
    head_node_config: HeadNodeConfig | None = None
    enable_autoscaling: bool = False
    autoscaler_options: AutoscalerOptionsConfig | None = None
    runtime_env: dict[str, Any] | None = None
    address: str | None = None
    shutdown_after_job_finishes: bool = False
    ttl_seconds_after_finished: int | None = None


@dataclass(kw_only=True)
class RayFunctionTask(AsyncFunctionTaskTemplate[Any, Any, Any]):
    """A task with a connection to Ray.

    Raises:
        RuntimeUserError: for a reuse policy that a shared Ray cluster cannot follow.
    """

    plugin_config: RayJobConfig
    task_type: str = "ray"
    debuggable: bool = True
    supports_reuse_policy: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.reusable is not None:
            self._check_reuse(self.reusable)

    def _check_reuse(self, policy: Any) -> None:
        if policy.max_replicas != 1:
            raise RuntimeUserError(
                "BadConfiguration",
                "Reusable Ray tasks currently support exactly 1 replica (one shared RayCluster); "
                f"got replicas={policy.replicas}. Use ReusePolicy(replicas=1).",
            )
        if policy.concurrency != 1:
            raise RuntimeUserError(
                "BadConfiguration",
                "Reusable Ray tasks currently doesn't support setting concurrency; "
                f"got concurrency={policy.concurrency}.",
            )
        if self.plugin_config.shutdown_after_job_finishes:
            raise RuntimeUserError(
                "BadConfiguration",
                "shutdown_after_job_finishes cannot be used with a reuse policy: the shared RayCluster must outlive "
                "individual jobs. Remove shutdown_after_job_finishes; the cluster is shut down after "
                "ReusePolicy(idle_ttl=...) of inactivity.",
            )
        if self.plugin_config.ttl_seconds_after_finished is not None:
            raise RuntimeUserError(
                "BadConfiguration",
                "ttl_seconds_after_finished is ignored when a reuse policy is set; use ReusePolicy(idle_ttl=...) to "
                "control when the shared RayCluster is shut down.",
            )

    async def pre(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        import ray

        if not ray.is_initialized():
            ray.init(address=self.plugin_config.address)
        return {}


TaskPluginRegistry.register(RayJobConfig, RayFunctionTask)
