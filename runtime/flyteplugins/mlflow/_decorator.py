"""The decorator that tracks a task."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, TypeVar

import flyte
from flyte._task import AsyncFunctionTaskTemplate

from flyteplugins.mlflow._context import RunMode, get_mlflow_context

F = TypeVar("F", bound=Callable[..., Any])

_NOT_OF_THE_RUN = frozenset(
    {"tracking_uri", "experiment_name", "experiment_id", "run_mode", "autolog", "framework", "log_models"}
    | {"log_datasets", "autolog_kwargs", "link_host", "link_template", "kwargs"}
)


def mlflow_run(
    _func: F | None = None,
    *,
    run_mode: RunMode = "auto",
    tracking_uri: str | None = None,
    experiment_name: str | None = None,
    experiment_id: str | None = None,
    run_name: str | None = None,
    run_id: str | None = None,
    tags: dict[str, str] | None = None,
    autolog: bool = False,
    framework: str | None = None,
    log_models: bool | None = None,
    log_datasets: bool | None = None,
    autolog_kwargs: dict[str, Any] | None = None,
    rank: int | None = None,
    **kwargs: Any,
) -> Any:
    """Track a task, or a plain function, as an MLflow run. Put it above `@env.task`.

    Args:
        run_mode: "auto" joins the run of the calling task, "new" starts one, "nested" starts one below it.
        autolog: whether `mlflow.autolog`, or that of `framework`, is turned on.
        rank: track only when 0; by default the RANK variable decides.

    Raises:
        ValueError: for both a name and an id of an experiment or a run.
    """
    if experiment_name and experiment_id:
        raise ValueError("Cannot provide both 'experiment_name' and 'experiment_id'. Use one or the other.")
    if run_name and run_id:
        raise ValueError("Cannot provide both 'run_name' and 'run_id'. Use one or the other.")
    settings = _Settings(
        run_mode=run_mode,
        where={"tracking_uri": tracking_uri, "experiment_name": experiment_name, "experiment_id": experiment_id},
        logging={
            "autolog": autolog,
            "framework": framework,
            "log_models": log_models,
            "log_datasets": log_datasets,
            "autolog_kwargs": autolog_kwargs,
        },
        run={
            **{key: value for key, value in (("run_name", run_name), ("run_id", run_id), ("tags", tags)) if value},
            **kwargs,
        },
    )

    def decorate(func: Any) -> Any:
        if isinstance(func, AsyncFunctionTaskTemplate):
            func.func = _tracked(func.func, rank, functools.partial(_run_of_task, settings))
            return func
        return _tracked(func, rank, functools.partial(_run_of_function, settings))

    return decorate if _func is None else decorate(_func)


class _Settings:
    def __init__(self, run_mode: RunMode, where: dict[str, Any], logging: dict[str, Any], run: dict[str, Any]) -> None:
        self.run_mode = run_mode
        self.where = where
        self.logging = logging
        self.run = run


def _tracked(fn: Any, rank: int | None, open_run: Callable[[], Any]) -> Any:
    if inspect.iscoroutinefunction(fn):

        @functools.wraps(fn)
        async def tracked_coroutine(*args: Any, **kwargs: Any) -> Any:
            if not _logs(rank):
                return await fn(*args, **kwargs)
            with open_run():
                return await fn(*args, **kwargs)

        return tracked_coroutine

    @functools.wraps(fn)
    def tracked(*args: Any, **kwargs: Any) -> Any:
        if not _logs(rank):
            return fn(*args, **kwargs)
        with open_run():
            return fn(*args, **kwargs)

    return tracked


def _logs(rank: int | None) -> bool:
    return rank == 0 if rank is not None else int(os.environ.get("RANK", "0")) == 0


def _set_where(settings: _Settings) -> None:
    import mlflow

    config = get_mlflow_context()
    where = {name: value or getattr(config, name, None) for name, value in settings.where.items()}
    if where["tracking_uri"]:
        mlflow.set_tracking_uri(where["tracking_uri"])
    if where["experiment_id"]:
        mlflow.set_experiment(experiment_id=where["experiment_id"])
    elif where["experiment_name"]:
        mlflow.set_experiment(where["experiment_name"])


def _set_autolog(settings: _Settings) -> None:
    import mlflow

    config = get_mlflow_context()
    if not settings.logging["autolog"] and not (config and config.autolog):
        return
    chosen = {
        name: value if value is not None else getattr(config, name, None) for name, value in settings.logging.items()
    }
    options = {
        **{name: True if chosen[name] is None else chosen[name] for name in ("log_models", "log_datasets")},
        **((config.autolog_kwargs if config else None) or {}),
        **(settings.logging["autolog_kwargs"] or {}),
    }
    framework = chosen["framework"]
    module = getattr(mlflow, framework, None) if framework else mlflow
    if module is None or not hasattr(module, "autolog"):
        raise ValueError(f"MLflow framework '{framework}' not supported")
    module.autolog(**options)


@contextmanager
def _run_of_function(settings: _Settings) -> Iterator[Any]:
    import mlflow

    if flyte.ctx():
        raise RuntimeError(
            "@mlflow_run cannot be applied to traces. Traces can access the parent's MLflow run via get_mlflow_run()."
        )
    _set_where(settings)
    run = mlflow.start_run(**settings.run)
    _set_autolog(settings)
    try:
        yield run
    finally:
        mlflow.end_run()


@contextmanager
def _run_of_task(settings: _Settings) -> Iterator[Any]:
    import mlflow

    context = flyte.ctx()
    if not context:
        with _run_of_function(settings) as run:
            yield run
        return
    config = get_mlflow_context()
    mode = settings.run_mode if settings.run_mode != "auto" or config is None else config.run_mode
    _set_where(settings)
    parent = context.custom_context.get("_mlflow_run_id")
    joins = mode == "auto" and parent is not None
    active = mlflow.active_run()
    if joins and active is not None and active.info.run_id == (settings.run.get("run_id") or parent):
        run, owns = active, False
    else:
        run, owns = mlflow.start_run(**_start_options(settings, mode, joins, parent, active)), True
    before = {"id": parent, "run": context.data.get("_mlflow_run")}
    context.custom_context["_mlflow_run_id"] = run.info.run_id
    context.data["_mlflow_run"] = run
    _set_autolog(settings)
    try:
        yield run
    finally:
        if owns and not joins:
            mlflow.end_run(status="FINISHED")
        _restore(context.custom_context, "_mlflow_run_id", before["id"])
        _restore(context.data, "_mlflow_run", before["run"])


def _start_options(settings: _Settings, mode: str, joins: bool, parent: str | None, active: Any) -> dict[str, Any]:
    config = get_mlflow_context()
    context = flyte.ctx()
    shared = {
        name: value
        for name, value in (asdict(config) if config else {}).items()
        if name not in _NOT_OF_THE_RUN and value
    }
    options = {**((config.kwargs if config else None) or {}), **shared, **settings.run}
    if joins:
        return {**options, "run_id": parent}
    options.setdefault("run_name", f"{context.action.run_name}-{context.action.name}")
    tags = {"flyte.action_name": context.action.name, "flyte.run_name": context.action.run_name}
    if mode == "nested" and parent:
        tags["mlflow.parentRunId"] = parent
    options["tags"] = {**tags, **(options.get("tags") or {})}
    return {**options, "nested": True} if active is not None else options


def _restore(values: dict[str, Any], key: str, value: Any) -> None:
    if value is None:
        values.pop(key, None)
    else:
        values[key] = value
