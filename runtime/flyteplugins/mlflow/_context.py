"""The settings of tracking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from flyteplugins._context_config import ContextConfig

RunMode = Literal["auto", "new", "nested"]


@dataclass
class _MLflowConfig(ContextConfig):
    tracking_uri: str | None = None
    experiment_name: str | None = None
    experiment_id: str | None = None
    run_name: str | None = None
    run_id: str | None = None
    tags: dict[str, str] | None = None
    run_mode: RunMode = "auto"
    autolog: bool = False
    framework: str | None = None
    log_models: bool | None = None
    log_datasets: bool | None = None
    autolog_kwargs: dict[str, Any] | None = None
    link_host: str | None = None
    link_template: str | None = None
    kwargs: dict[str, Any] | None = None

    _prefix = "mlflow_"
    _plugin = "mlflow"


def get_mlflow_context() -> _MLflowConfig | None:
    """The settings of the running task, or None."""
    return _MLflowConfig.current()


def mlflow_config(
    tracking_uri: str | None = None,
    experiment_name: str | None = None,
    experiment_id: str | None = None,
    run_name: str | None = None,
    run_id: str | None = None,
    tags: dict[str, str] | None = None,
    run_mode: RunMode = "auto",
    autolog: bool = False,
    framework: str | None = None,
    log_models: bool | None = None,
    log_datasets: bool | None = None,
    autolog_kwargs: dict[str, Any] | None = None,
    link_host: str | None = None,
    link_template: str | None = None,
    **kwargs: Any,
) -> _MLflowConfig:
    """Settings for `with_runcontext(custom_context=...)`, or for a `with` block around task calls.

    Raises:
        ValueError: for both a name and an id of an experiment or a run.
    """
    if experiment_name and experiment_id:
        raise ValueError("Cannot provide both 'experiment_name' and 'experiment_id'.")
    if run_name and run_id:
        raise ValueError("Cannot provide both 'run_name' and 'run_id'.")
    return _MLflowConfig(
        tracking_uri=tracking_uri,
        experiment_name=experiment_name,
        experiment_id=experiment_id,
        run_name=run_name,
        run_id=run_id,
        tags=tags,
        run_mode=run_mode,
        autolog=autolog,
        framework=framework,
        log_models=log_models,
        log_datasets=log_datasets,
        autolog_kwargs=autolog_kwargs,
        link_host=link_host,
        link_template=link_template,
        kwargs=kwargs or None,
    )
