"""The configuration of an elastic PyTorch task."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from flyte._task import AsyncFunctionTaskTemplate
from flyte._task_plugins import TaskPluginRegistry


@dataclass
class RunPolicy:
    """What happens to the pods of a training job."""

    clean_pod_policy: Literal["None", "all", "Running"] | None = None
    ttl_seconds_after_finished: int | None = None
    active_deadline_seconds: int | None = None
    backoff_limit: int | None = None


@dataclass
class Elastic:
    """Configuration of an elastic task; `nnodes` is a number or a "min:max" range."""

    nnodes: int | str
    nproc_per_node: int
    rdzv_backend: Literal["c10d", "etcd", "etcd-v2"] = "c10d"
    run_policy: RunPolicy | None = None
    monitor_interval: int = 3
    max_restarts: int = 3
    rdzv_configs: dict[str, Any] = field(default_factory=lambda: {"timeout": 900, "join_timeout": 900})
    nccl_heartbeat_timeout_sec: int | None = 300
    nccl_async_error_handling: bool = False
    nccl_collective_timeout_sec: int | None = None
    nccl_enable_monitoring: bool = True


def _node_range(nnodes: str) -> tuple[int, int]:
    """The (min, max) nodes of `nnodes`; RuntimeError unless it is a number or "min:max", as `torchrun` says it."""
    parts = nnodes.split(":")
    if len(parts) > 2:
        raise RuntimeError(f'nnodes={nnodes} is not in "MIN:MAX" format')
    return int(parts[0]), int(parts[-1])


@dataclass(kw_only=True)
class TorchFunctionTask(AsyncFunctionTaskTemplate[Any, Any, Any]):
    """A task run by an elastic launcher. Locally the function is called once, in this process, without one."""

    plugin_config: Elastic
    task_type: str = "pytorch"
    task_type_version: int = 1
    debuggable: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.task_type = "python-task" if self.plugin_config.nnodes == 1 else "pytorch"
        self.min_nodes, self.max_nodes = _node_range(str(self.plugin_config.nnodes))

    async def execute(self, *args: Any, **kwargs: Any) -> Any:
        return self.func(*args, **kwargs)


TaskPluginRegistry.register(Elastic, TorchFunctionTask)
