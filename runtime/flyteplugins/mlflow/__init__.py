"""MLflow tracking (upstream: `flyteplugins.mlflow`; MAPPING PLG-12). Tracked runs need the `mlflow` package."""

from __future__ import annotations

from typing import Any

import flyte

from flyteplugins.mlflow._context import get_mlflow_context, mlflow_config
from flyteplugins.mlflow._decorator import mlflow_run
from flyteplugins.mlflow._link import Mlflow

__all__ = ["Mlflow", "get_mlflow_context", "get_mlflow_run", "mlflow_config", "mlflow_run"]


def get_mlflow_run() -> Any:
    """The MLflow run of the current task, or None."""
    context = flyte.ctx()
    return context.data.get("_mlflow_run") if context and context.data else None
