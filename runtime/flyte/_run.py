"""`flyte.run`, `flyte.with_runcontext` and what they return (upstream: `flyte._run`; MAPPING TST-06 to TST-11)."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from . import _recorder, _strict
from ._context import internal_ctx
from ._controller import root_context, submit
from ._interface import default_output_name
from ._task import TaskTemplate
from .syncify import syncify

Mode = Literal["local", "remote", "hybrid"]


class ActionOutputs(tuple[Any, ...]):
    """The outputs of a run: a tuple whose elements are also `o0`, `o1` …, whatever their names were (MAPPING WF-08)."""

    _fields: list[str]

    def __new__(cls, data: tuple[Any, ...], fields: list[str] | None = None) -> ActionOutputs:
        made = super().__new__(cls, data)
        made._fields = fields or [default_output_name(index) for index in range(len(data))]
        for name, value in zip(made._fields, made, strict=True):
            setattr(made, name, value)
        return made

    @cached_property
    def named_outputs(self) -> dict[str, Any]:
        """The outputs by name."""
        return dict(zip(self._fields, self, strict=True))

    def __repr__(self) -> str:
        shown = (
            f'{name}="{value}"' if isinstance(value, str) else f"{name}={value}"
            for name, value in zip(self._fields, self, strict=True)
        )
        return f"ActionOutputs({', '.join(shown)})"


class Run:
    """A finished local run."""

    def __init__(self, outputs: ActionOutputs, url: str) -> None:
        self._outputs = outputs
        self._url = url

    @property
    def name(self) -> str:
        """The name; the real local mode has only this one."""
        return "dry-run"

    @property
    def url(self) -> str:
        """The folder of the run."""
        return self._url

    @property
    def phase(self) -> Any:
        """Not known locally.

        Raises:
            ValueError: always (MAPPING TST-11).
        """
        raise ValueError("Phase is not available for a local run.")

    @syncify
    async def wait(self, quiet: bool = False, wait_for: Literal["terminal", "running"] = "terminal") -> None:
        """Nothing to wait for: the run is over."""

    @syncify
    async def outputs(self) -> ActionOutputs:
        """The outputs."""
        return self._outputs


class _Runner:
    """Settings of a run; `run` starts it."""

    def __init__(self, mode: Mode | None, **settings: Any) -> None:
        self._mode: Mode = mode or "local"
        self._settings = settings

    @syncify
    async def run(self, task: Any, *args: Any, **kwargs: Any) -> Run:
        """Run a task to its end.

        Args:
            task: the task; args, kwargs: its arguments.

        Raises:
            TypeError: for something that is no task.
            RuntimeUserError: when the task fails.
            ValueError, TypeError: when the arguments do not fit.
            InitializationError: for remote and hybrid mode.
        """
        if not isinstance(task, TaskTemplate):
            if type(task).__module__.startswith("flyte.remote"):
                raise ValueError("Remote tasks and triggers can only be run in remote mode.")
            raise TypeError(f"On Flyte tasks can be run, not generic functions or methods '{type(task)}'.")
        if self._mode != "local":
            from .errors import InitializationError

            raise InitializationError(
                "ClientNotInitializedError",
                "user",
                f"Cannot run in {self._mode} mode: the bundled runtime runs tasks locally. "
                "Use flyte.with_runcontext(mode='local').",
            )
        return await self._run_local(task, args, kwargs)

    async def _run_local(self, task: TaskTemplate[Any, Any, Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Run:
        if "obj" in kwargs:  # upstream's own name for the task
            raise TypeError("_Runner._run_local() got multiple values for argument 'obj'")
        settings = self._settings
        task_context = root_context(
            settings.get("name"),
            settings.get("raw_data_path"),
            dict(settings.get("custom_context") or {}),
            bool(settings.get("disable_run_cache")),
            settings.get("run_start_time"),
        )
        location = ("", 0)
        if _strict.enabled() or _recorder.active():
            location = _strict.location_of(getattr(task, "func", None))
        if _strict.enabled():
            from ._strict_calls import check_run

            check_run(task)
        try:
            with internal_ctx().replace_task_context(task_context):
                value = await submit(task, location, args, kwargs)
        finally:
            if _recorder.active():
                _recorder.write()
        outputs = value if isinstance(value, tuple) else (value,)
        return Run(ActionOutputs(outputs), task_context.run_base_dir)

    @syncify
    async def rerun(self, run_name: str, action_name: str = "a0", **inputs: Any) -> Run:
        """Not possible locally.

        Raises:
            NotImplementedError: always, as in the real local mode.
        """
        raise NotImplementedError(f"rerun is only supported in remote mode, got mode={self._mode!r}")


def with_runcontext(
    mode: Mode | None = None,
    *,
    name: str | None = None,
    service_account: str | None = None,
    version: str | None = None,
    copy_style: str = "loaded_modules",
    dry_run: bool = False,
    copy_bundle_to: Any = None,
    interactive_mode: bool | None = None,
    raw_data_path: str | None = None,
    run_base_dir: str | None = None,
    run_start_time: datetime | None = None,
    overwrite_cache: bool = False,
    project: str | None = None,
    domain: str | None = None,
    env_vars: dict[str, str] | None = None,
    labels: dict[str, str] | None = None,
    annotations: dict[str, str] | None = None,
    interruptible: bool | None = None,
    log_level: int | None = None,
    log_format: str = "console",
    user_log_level: int | None = None,
    reset_root_logger: bool = False,
    disable_run_cache: bool = False,
    queue: str | None = None,
    max_action_concurrency: int | None = None,
    notifications: Any = None,
    custom_context: dict[str, str] | None = None,
    cache_lookup_scope: str = "global",
    preserve_original_types: bool = False,
    debug: bool = False,
    tracked: bool = False,
    tracked_strict: bool = False,
    _tracker: Any = None,
) -> _Runner:
    """A runner with settings; most of them matter only on a cluster.

    Raises:
        ValueError: for settings that contradict each other.
    """
    if mode == "hybrid" and not name and not run_base_dir:
        raise ValueError("Run name and run base dir are required for hybrid mode")
    if copy_style == "custom":
        raise ValueError("copy_style='custom' is not yet supported through with_runcontext.")
    if copy_style == "none" and not version:
        raise ValueError("Version is required when copy_style is 'none'")
    if max_action_concurrency is not None and (max_action_concurrency < 0 or max_action_concurrency == 1):
        raise ValueError(
            f"max_action_concurrency must be 0 (platform default) or at least 2, got {max_action_concurrency}. "
            "A value of 1 would deadlock the run: the parent action holds a concurrency slot while "
            "waiting for its child actions to run."
        )
    return _Runner(
        mode,
        name=name,
        raw_data_path=raw_data_path,
        run_start_time=run_start_time,
        disable_run_cache=disable_run_cache,
        custom_context=custom_context,
    )


@syncify
async def run(task: Any, *args: Any, **kwargs: Any) -> Run:
    """Run a task locally; see `_Runner.run`."""
    return await _Runner(None).run.aio(task, *args, **kwargs)  # type: ignore[no-any-return]


@syncify
async def rerun(run_name: str, action_name: str = "a0", **inputs: Any) -> Run:
    """Not possible locally; see `_Runner.rerun`."""
    return await _Runner(None).rerun.aio(run_name, action_name, **inputs)  # type: ignore[no-any-return]
