"""The decorators that track a task or make it a sweep."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, TypeVar

import flyte
from flyte._task import AsyncFunctionTaskTemplate

from flyteplugins.wandb._context import RankScope, RunMode, get_wandb_context, get_wandb_sweep_context
from flyteplugins.wandb._link import Wandb, WandbSweep

F = TypeVar("F", bound=Callable[..., Any])

_NOT_OF_THE_RUN = frozenset({"run_mode", "rank_scope", "download_logs", "kwargs"})


def wandb_init(
    _func: F | None = None,
    *,
    run_mode: RunMode | None = None,
    rank_scope: RankScope | None = None,
    download_logs: bool | None = None,
    project: str | None = None,
    entity: str | None = None,
    **kwargs: Any,
) -> Any:
    """Track a task, or a plain function, as a run. Put it above `@env.task`; the result is a copy of the task.

    Args:
        run_mode: "auto" joins the run of the calling task, "new" starts one, "shared" needs one to join.
        project: and `entity`, where the run belongs.
        kwargs: further arguments of `wandb.init`.
    """
    given = {name: value for name, value in (("project", project), ("entity", entity)) if value is not None} | kwargs

    def decorate(func: Any) -> Any:
        if not isinstance(func, AsyncFunctionTaskTemplate):
            return _tracked(func, functools.partial(_run_of_function, given))
        link = Wandb(
            project=project,
            entity=entity,
            run_mode=run_mode or "auto",
            rank_scope=rank_scope or "global",
            id=kwargs.get("id"),
            _is_distributed=_is_distributed(func.plugin_config),
        )
        tracked = func.override(links=(*func.links, link))
        _wrap_execute(tracked, functools.partial(_run_of_task, run_mode, given))
        return tracked

    return decorate if _func is None else decorate(_func)


def wandb_sweep(
    _func: F | None = None,
    *,
    project: str | None = None,
    entity: str | None = None,
    download_logs: bool | None = None,
    **kwargs: Any,
) -> Any:
    """Make a task a sweep; the result is a copy of the task.

    Raises:
        RuntimeError: for anything but a task, and when it runs without a sweep configuration.
    """

    def decorate(func: Any) -> Any:
        if not isinstance(func, AsyncFunctionTaskTemplate):
            raise RuntimeError("@wandb_sweep can only be used with Flyte tasks.")
        swept = func.override(links=(*func.links, WandbSweep()))
        _wrap_execute(swept, functools.partial(_sweep, project, entity, kwargs))
        return swept

    return decorate if _func is None else decorate(_func)


def _is_distributed(plugin_config: Any) -> bool:
    if type(plugin_config).__name__ != "Elastic":
        return False
    nodes = int(str(plugin_config.nnodes).split(":")[-1])
    return nodes > 1 or int(plugin_config.nproc_per_node) > 1


def _wrap_execute(task: Any, around: Callable[[], Any]) -> None:
    execute = task.execute

    async def execute_within(*args: Any, **kwargs: Any) -> Any:
        with around():
            return await execute(*args, **kwargs)

    task.execute = execute_within


def _tracked(fn: Any, around: Callable[[], Any]) -> Any:
    if inspect.iscoroutinefunction(fn):

        @functools.wraps(fn)
        async def tracked_coroutine(*args: Any, **kwargs: Any) -> Any:
            with around():
                return await fn(*args, **kwargs)

        return tracked_coroutine

    @functools.wraps(fn)
    def tracked(*args: Any, **kwargs: Any) -> Any:
        with around():
            return fn(*args, **kwargs)

    return tracked


@contextmanager
def _run_of_function(given: dict[str, Any]) -> Iterator[Any]:
    import wandb

    context = flyte.ctx()
    if context:
        if context.data.get("_wandb_run"):
            yield context.data["_wandb_run"]
            return
        raise RuntimeError(
            "@wandb_init cannot be applied to traces. Traces can access the parent's wandb run via get_wandb_run()."
        )
    run = wandb.init(**given)
    try:
        yield run
    finally:
        run.finish()


@contextmanager
def _run_of_task(run_mode: RunMode | None, given: dict[str, Any]) -> Iterator[Any]:
    import wandb

    context = flyte.ctx()
    config = get_wandb_context()
    mode = run_mode or (config.run_mode if config else None) or "auto"
    parent = context.custom_context.get("_wandb_run_id")
    joins = mode == "shared" or (mode == "auto" and parent is not None)
    options = {**_shared_options(), **given}
    if not options.get("id"):
        if joins and not parent:
            raise RuntimeError("Cannot reuse parent run: no parent run ID found")
        options["id"] = parent if joins else f"{context.action.run_name}-{context.action.name}"
    if joins:
        options.setdefault("reinit", "return_previous")
    else:
        options["reinit"] = "create_new"
    before = context.data.get("_wandb_run")
    run = wandb.init(**options)
    context.custom_context["_wandb_run_id"] = run.id
    context.data["_wandb_run"] = run
    try:
        yield run
    finally:
        if not joins:
            run.finish(exit_code=0)
        _restore(context.custom_context, "_wandb_run_id", parent)
        _restore(context.data, "_wandb_run", before)


def _shared_options() -> dict[str, Any]:
    config = get_wandb_context()
    if config is None:
        return {}
    own = {name: value for name, value in asdict(config).items() if name not in _NOT_OF_THE_RUN and value is not None}
    return {**(config.kwargs or {}), **own}


@contextmanager
def _sweep(project: str | None, entity: str | None, options: dict[str, Any]) -> Iterator[Any]:
    import wandb

    context = flyte.ctx()
    if context.custom_context.get("_wandb_sweep_id"):
        yield context.custom_context["_wandb_sweep_id"]
        return
    sweep, run = get_wandb_sweep_context(), get_wandb_context()
    if sweep is None:
        raise RuntimeError(
            "No wandb sweep config found. "
            "Use wandb_sweep_config() with flyte.with_runcontext() or as a context manager."
        )
    described = {"name": f"{context.action.run_name}-{context.action.name}", **sweep.to_sweep_config()}
    sweep_id = wandb.sweep(
        sweep=described,
        project=project or sweep.project or (run.project if run else None),
        entity=entity or sweep.entity or (run.entity if run else None),
        prior_runs=sweep.prior_runs or [],
        **options,
    )
    context.custom_context["_wandb_sweep_id"] = sweep_id
    try:
        yield sweep_id
    finally:
        context.custom_context.pop("_wandb_sweep_id", None)


def _restore(values: dict[str, Any], key: str, value: Any) -> None:
    if value is None:
        values.pop(key, None)
    else:
        values[key] = value
