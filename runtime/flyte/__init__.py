"""A local implementation of the Flyte 2 (`flyte` 2.12) API, for checking migrated code without the SDK or a cluster.

Names are imported when they are first used. Sub-packages such as `flyte.io` or `flyte.report` are reachable only after
an import of their own, as in the real SDK (MAPPING TRAP-37).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from ._cache import Cache, CachePolicy, CacheRequest
    from ._checkpoint import BaseCheckpoint, Checkpoint, latest_checkpoint
    from ._condition import ConditionWebhook, new_condition
    from ._context import ctx
    from ._custom_context import custom_context, get_custom_context
    from ._deploy import build, build_images, deploy
    from ._docs import Documentation
    from ._environment import Environment, TaskEnvironment
    from ._group import group
    from ._image import Image
    from ._initialize import (
        current_domain,
        current_project,
        init,
        init_from_api_key,
        init_from_config,
        init_in_cluster,
        init_passthrough,
        is_control_plane_available,
    )
    from ._link import Link
    from ._logging import system_logger
    from ._logging import user_logger as logger
    from ._map import map  # noqa: A004 - upstream's name
    from ._pod import PodTemplate
    from ._resources import AMD_GPU, APPLE_SILICON, GPU, HABANA_GAUDI, TPU, Device, DeviceClass, Neuron, Resources
    from ._retry import Backoff, RetryStrategy
    from ._reuse import ReusePolicy
    from ._run import rerun, run, with_runcontext
    from ._secret import Secret, SecretRequest
    from ._task import AsyncFunctionTaskTemplate, TaskTemplate
    from ._timeout import Timeout, TimeoutType
    from ._trace import trace
    from ._trigger import Cron, FixedRate, OnArtifact, Trigger, TriggeredArtifact, TriggeredPartition, TriggerTime

_HOMES = {
    "_cache": ("Cache", "CachePolicy", "CacheRequest"),
    "_checkpoint": ("BaseCheckpoint", "Checkpoint", "latest_checkpoint"),
    "_condition": ("ConditionWebhook", "new_condition"),
    "_context": ("ctx",),
    "_custom_context": ("custom_context", "get_custom_context"),
    "_deploy": ("build", "build_images", "deploy"),
    "_docs": ("Documentation",),
    "_environment": ("Environment", "TaskEnvironment"),
    "_group": ("group",),
    "_image": ("Image",),
    "_initialize": (
        "current_domain",
        "current_project",
        "init",
        "init_from_api_key",
        "init_from_config",
        "init_in_cluster",
        "init_passthrough",
        "is_control_plane_available",
    ),
    "_link": ("Link",),
    "_logging": ("system_logger",),
    "_map": ("map",),
    "_pod": ("PodTemplate",),
    "_resources": (
        "AMD_GPU",
        "APPLE_SILICON",
        "GPU",
        "HABANA_GAUDI",
        "TPU",
        "Device",
        "DeviceClass",
        "Neuron",
        "Resources",
    ),
    "_retry": ("Backoff", "RetryStrategy"),
    "_reuse": ("ReusePolicy",),
    "_run": ("rerun", "run", "with_runcontext"),
    "_secret": ("Secret", "SecretRequest"),
    "_task": ("AsyncFunctionTaskTemplate", "TaskTemplate"),
    "_timeout": ("Timeout", "TimeoutType"),
    "_trace": ("trace",),
    "_trigger": (
        "Cron",
        "FixedRate",
        "OnArtifact",
        "Trigger",
        "TriggerTime",
        "TriggeredArtifact",
        "TriggeredPartition",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

# The only sub-modules the real SDK makes reachable by `import flyte` alone.
_REACHABLE = ("errors", "models")


def __getattr__(name: str) -> Any:
    import importlib

    if name in _REACHABLE:
        return importlib.import_module(f"{__name__}.{name}")
    if name == "logger":
        value: Any = importlib.import_module(f"{__name__}._logging").user_logger
    elif name == "syncify":
        return importlib.import_module(f"{__name__}.syncify")
    elif name in _HOME_OF:
        value = getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def version() -> str:
    """The release of the SDK this runtime follows."""
    return __version__


__all__ = [
    "AMD_GPU",
    "APPLE_SILICON",
    "GPU",
    "HABANA_GAUDI",
    "TPU",
    "AsyncFunctionTaskTemplate",
    "Backoff",
    "BaseCheckpoint",
    "Cache",
    "CachePolicy",
    "CacheRequest",
    "Checkpoint",
    "ConditionWebhook",
    "Cron",
    "Device",
    "DeviceClass",
    "Documentation",
    "Environment",
    "FixedRate",
    "Image",
    "Link",
    "Neuron",
    "OnArtifact",
    "PodTemplate",
    "Resources",
    "RetryStrategy",
    "ReusePolicy",
    "Secret",
    "SecretRequest",
    "TaskEnvironment",
    "TaskTemplate",
    "Timeout",
    "TimeoutType",
    "Trigger",
    "TriggerTime",
    "TriggeredArtifact",
    "TriggeredPartition",
    "__version__",
    "build",
    "build_images",
    "ctx",
    "current_domain",
    "current_project",
    "custom_context",
    "deploy",
    "get_custom_context",
    "group",
    "init",
    "init_from_api_key",
    "init_from_config",
    "init_in_cluster",
    "init_passthrough",
    "is_control_plane_available",
    "latest_checkpoint",
    "logger",
    "map",
    "new_condition",
    "rerun",
    "run",
    "system_logger",
    "trace",
    "version",
    "with_runcontext",
]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_REACHABLE, "syncify"})
