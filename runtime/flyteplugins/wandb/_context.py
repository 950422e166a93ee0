"""The settings of runs and sweeps."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from flyteplugins._context_config import ContextConfig

RankScope = Literal["global", "worker"]
RunMode = Literal["auto", "new", "shared"]


@dataclass
class _WandBConfig(ContextConfig):
    project: str | None = None
    entity: str | None = None
    host: str | None = None
    id: str | None = None
    name: str | None = None
    tags: list[str] | None = None
    config: dict[str, Any] | None = None
    mode: str | None = None
    group: str | None = None
    run_mode: RunMode = "auto"
    rank_scope: RankScope = "global"
    download_logs: bool = False
    kwargs: dict[str, Any] | None = None

    _prefix = "wandb_"
    _foreign_prefixes = ("wandb_sweep_",)
    _plugin = "wandb"


@dataclass
class _WandBSweepConfig(ContextConfig):
    name: str | None = None
    method: str | None = None
    metric: dict[str, Any] | None = None
    parameters: dict[str, Any] | None = None
    project: str | None = None
    entity: str | None = None
    prior_runs: list[str] | None = None
    download_logs: bool = False
    kwargs: dict[str, Any] | None = None

    _prefix = "wandb_sweep_"
    _plugin = "wandb"

    def to_sweep_config(self) -> dict[str, Any]:
        """The sweep as wandb describes it."""
        described = {**asdict(self), **(self.kwargs or {})}
        for name in ("project", "entity", "prior_runs", "download_logs", "kwargs"):
            described.pop(name)
        return {name: value for name, value in described.items() if value is not None}


def get_wandb_context() -> _WandBConfig | None:
    """The settings of the running task, or None."""
    return _WandBConfig.current()


def get_wandb_sweep_context() -> _WandBSweepConfig | None:
    """The sweep settings of the running task, or None."""
    return _WandBSweepConfig.current()


def wandb_config(
    project: str | None = None,
    entity: str | None = None,
    host: str | None = None,
    id: str | None = None,  # noqa: A002 - upstream's name
    name: str | None = None,
    tags: list[str] | None = None,
    config: dict[str, Any] | None = None,
    mode: str | None = None,
    group: str | None = None,
    run_mode: RunMode = "auto",
    rank_scope: RankScope = "global",
    download_logs: bool = False,
    **kwargs: Any,
) -> _WandBConfig:
    """Settings for `with_runcontext(custom_context=...)`, or for a `with` block around task calls."""
    return _WandBConfig(
        project=project,
        entity=entity,
        host=host,
        id=id,
        name=name,
        tags=tags,
        config=config,
        mode=mode,
        group=group,
        run_mode=run_mode,
        rank_scope=rank_scope,
        download_logs=download_logs,
        kwargs=kwargs or None,
    )


def wandb_sweep_config(
    method: str | None = None,
    metric: dict[str, Any] | None = None,
    parameters: dict[str, Any] | None = None,
    project: str | None = None,
    entity: str | None = None,
    prior_runs: list[str] | None = None,
    name: str | None = None,
    download_logs: bool = False,
    **kwargs: Any,
) -> _WandBSweepConfig:
    """Sweep settings for `with_runcontext(custom_context=...)`, or for a `with` block around task calls."""
    return _WandBSweepConfig(
        name=name,
        method=method,
        metric=metric,
        parameters=parameters,
        project=project,
        entity=entity,
        prior_runs=prior_runs,
        download_logs=download_logs,
        kwargs=kwargs or None,
    )
