"""Weights & Biases tracking (upstream: `flyteplugins.wandb`; MAPPING PLG-11). Tracked runs need the `wandb` package."""

from __future__ import annotations

from typing import Any

import flyte

from flyteplugins.wandb._context import (
    get_wandb_context,
    get_wandb_sweep_context,
    wandb_config,
    wandb_sweep_config,
)
from flyteplugins.wandb._decorator import wandb_init, wandb_sweep
from flyteplugins.wandb._link import Wandb, WandbSweep

__all__ = [
    "Wandb",
    "WandbSweep",
    "get_wandb_context",
    "get_wandb_run",
    "get_wandb_run_dir",
    "get_wandb_sweep_context",
    "get_wandb_sweep_id",
    "wandb_config",
    "wandb_init",
    "wandb_sweep",
    "wandb_sweep_config",
]


def get_wandb_run() -> Any:
    """The run of the current task, else the active one, or None."""
    import wandb

    context = flyte.ctx()
    return (context.data.get("_wandb_run") if context and context.data else None) or wandb.run


def get_wandb_run_dir() -> str | None:
    """The local folder of the current run, or None."""
    run = get_wandb_run()
    return None if run is None else run.dir


def get_wandb_sweep_id() -> str | None:
    """The sweep of the current task, or None."""
    context = flyte.ctx()
    return context.custom_context.get("_wandb_sweep_id") if context and context.custom_context else None
