"""Ray tasks (upstream: `flyteplugins.ray`; MAPPING PLG-03)."""

from flyteplugins.ray.task import AutoscalerOptionsConfig, HeadNodeConfig, RayJobConfig, WorkerNodeConfig

__all__ = ["AutoscalerOptionsConfig", "HeadNodeConfig", "RayJobConfig", "WorkerNodeConfig"]
