"""Tasks: what `@env.task` makes (upstream: `flyte._task`)."""

from __future__ import annotations

import functools
import inspect
import weakref
from collections.abc import Callable, Coroutine
from dataclasses import MISSING, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Generic, Literal, ParamSpec, TypeVar

from . import _strict
from ._cache.cache import CacheRequest, cache_from_request
from ._interface import NativeInterface
from ._retry import RetryStrategy, retry_strategy

if TYPE_CHECKING:
    from ._docs import Documentation
    from ._environment import TaskEnvironment
    from ._image import Image
    from ._link import Link
    from ._pod import PodTemplate
    from ._resources import Resources
    from ._reuse import ReusePolicy
    from ._secret import SecretRequest
    from ._timeout import TimeoutType
    from ._trigger import Trigger

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])

MAX_INLINE_IO_BYTES = 10 * 1024 * 1024

_NOT_OVERRIDABLE = {"name": "Name", "image": "Image", "docs": "Docs", "interface": "Interface"}
_FIXED_BY_REUSE = {
    "resources": "resources",
    "env_vars": "env",
    "secrets": "secrets",
    "service_account": "service_account",
}


@dataclass(kw_only=True)
class TaskTemplate(Generic[P, R, F]):
    """A task of any kind. Calling it inside a run executes it as an action; outside, its `forward` is called."""

    name: str
    interface: NativeInterface
    short_name: str = ""
    task_type: str = "python"
    task_type_version: int = 0
    image: str | Image | Literal["auto"] | None = "auto"
    resources: Resources | None = None
    cache: CacheRequest = "disable"
    interruptible: bool = False
    retries: int | RetryStrategy = 0
    reusable: ReusePolicy | None = None
    docs: Documentation | None = None
    env_vars: dict[str, str] | None = None
    secrets: SecretRequest | None = None
    service_account: str | None = None
    timeout: TimeoutType | None = None
    pod_template: str | PodTemplate | None = None
    report: bool = False
    queue: str | None = None
    debuggable: bool = False
    entrypoint: bool = False
    produces_artifacts: bool = False

    parent_env: weakref.ReferenceType[TaskEnvironment] | None = None
    parent_env_name: str | None = None
    ref: bool = field(default=False, init=False, repr=False, compare=False)
    max_inline_io_bytes: int = MAX_INLINE_IO_BYTES
    triggers: tuple[Trigger, ...] = field(default_factory=tuple)
    links: tuple[Link, ...] = field(default_factory=tuple)

    # A blocking call runs the task to its end; without it a call returns a coroutine.
    _call_as_synchronous: bool = False

    def __post_init__(self) -> None:
        self.cache = cache_from_request(self.cache)
        self.retries = retry_strategy(self.retries)  # type: ignore[assignment]
        if self.short_name == "":
            self.short_name = self.name
        if self.service_account is not None and not isinstance(self.service_account, str):
            raise TypeError(f"Expected service_account to be of type str, got {type(self.service_account)}")

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "parent_env"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.parent_env = None

    def __copy__(self) -> TaskTemplate[P, R, F]:
        twin = type(self).__new__(type(self))
        twin.__dict__.update(self.__dict__)
        return twin

    @property
    def source_file(self) -> str | None:
        """The file of the task's function, if it has one."""
        return None

    @property
    def native_interface(self) -> NativeInterface:
        """Inputs and outputs of the task."""
        return self.interface

    async def pre(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Called before the body; what it returns is put into the task context's `data`."""
        return {}

    async def execute(self, *args: Any, **kwargs: Any) -> Any:
        """Run the body."""
        raise NotImplementedError

    async def post(self, return_vals: Any) -> Any:
        """Called with the result of the body."""
        return return_vals

    def config(self, sctx: Any) -> dict[str, str]:
        """Extra configuration on the wire."""
        return {}

    def custom_config(self, sctx: Any) -> dict[str, str]:
        """Configuration of the plugin on the wire."""
        return {}

    def forward(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Run the body as plain Python."""
        raise NotImplementedError

    def aio(self, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, Any]:
        """Call the task from async code; works for sync tasks too.

        Outside a run it yields what `forward` returns: for an async task that is a coroutine still to be awaited.
        """
        location = call_location()
        coroutine = self._aio(location, args, kwargs)
        _strict.must_await(coroutine, f"`{self.name}.aio(...)`", location)  # type: ignore[arg-type]
        return coroutine

    async def _aio(self, location: _strict.Location, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        from ._context import internal_ctx

        if not internal_ctx().is_task_context():
            return self._call_directly(location, args, kwargs)
        self._refuse_in_trace()
        from ._controller import submit

        return await submit(self, location, args, kwargs)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Call the task.

        Raises:
            RuntimeUserError: for any failure of a sync task; `code` is the name of the original class (MAPPING
                TRAP-01, TRAP-31). An async task's coroutine raises it when awaited inside a run, and the original
                outside of one.
            SyncTaskCallInAsyncContextError: for a sync task called from async code inside a run.
        """
        from ._context import internal_ctx

        location = call_location()
        try:
            if not internal_ctx().is_task_context():
                return self._call_directly(location, args, kwargs)
            self._refuse_in_trace()
            from ._controller import refuse_own_names, submit, submit_blocking

            if not self._call_as_synchronous:
                refuse_own_names(self, kwargs)
                coroutine = submit(self, location, args, kwargs)
                _strict.must_await(coroutine, f"The call of the async task `{self.name}`", location)  # type: ignore[arg-type]
                return coroutine
            if in_event_loop():
                self._refuse_blocking_call(location)
            return submit_blocking(self, location, args, kwargs)
        except Exception as error:
            from .errors import RuntimeSystemError, RuntimeUserError

            if isinstance(error, (RuntimeSystemError, RuntimeUserError)):
                raise
            raise RuntimeUserError(type(error).__name__, str(error)) from error

    def _call_directly(self, location: _strict.Location, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        from . import _recorder

        if not _recorder.active():
            return self.forward(*args, **kwargs)
        from ._controller import record_direct_call

        return record_direct_call(self, location, args, kwargs)

    def _refuse_in_trace(self) -> None:
        from ._context import internal_ctx

        if internal_ctx().is_in_trace():
            from .errors import TraceDoesNotAllowNestedTasksError

            raise TraceDoesNotAllowNestedTasksError(
                f"Task {self.name} is invoked from inside a `flyte.trace`. "
                "You can continue using the task function, as a regular"
                "python function using `task`.forward(...) facade."
            )

    def _refuse_blocking_call(self, location: _strict.Location) -> None:
        call_name = getattr(getattr(self, "func", None), "__name__", self.name)
        if _strict.enabled():
            _strict.fail(
                "sync-call-in-async",
                f"the sync task `{self.name}` is called, blocking, from async code.",
                f"Write `await {call_name}.aio(...)`.",
                location,
            )
        from .errors import SyncTaskCallInAsyncContextError

        raise SyncTaskCallInAsyncContextError(
            f"Sync task '{self.name}' was called in a blocking way from async code. "
            f"This blocks the event loop and can hang the run. "
            f"Use `await {call_name}.aio(...)` instead."
        )

    def override(
        self,
        *,
        short_name: str | None = None,
        resources: Resources | None = None,
        cache: CacheRequest | None = None,
        retries: int | RetryStrategy = 0,
        timeout: TimeoutType | None = None,
        reusable: ReusePolicy | Literal["off"] | None = None,
        env_vars: dict[str, str] | None = None,
        secrets: SecretRequest | None = None,
        service_account: str | None = None,
        max_inline_io_bytes: int | None = None,
        pod_template: str | PodTemplate | None = None,
        queue: str | None = None,
        interruptible: bool | None = None,
        entrypoint: bool | None = None,
        produces_artifacts: bool | None = None,
        links: tuple[Link, ...] = (),
        plugin_config: Any = None,
        **kwargs: Any,
    ) -> TaskTemplate[P, R, F]:
        """A copy of the task with other settings. Falsy retries, timeout … leave the old value (MAPPING TRAP-21).

        Raises:
            ValueError: for name, image, docs or interface; for settings that a reusable environment fixes; for a plugin
                configuration no plugin handles.
            TypeError: for unknown settings.
        """
        policy = reusable or self.reusable
        if policy == "off":
            policy = None
        if policy is not None:
            for setting, value in zip(_FIXED_BY_REUSE, (resources, env_vars, secrets, service_account), strict=True):
                if value is not None:
                    label = _FIXED_BY_REUSE[setting]
                    raise ValueError(
                        f"Cannot override {label} when reusable is set."
                        f" Reusable tasks will use the parent env's {label}. You can disable reusability and"
                        f" override {label} if needed. (set reusable='off')"
                    )
        for setting in kwargs:
            if setting in _NOT_OVERRIDABLE:
                raise ValueError(f"{_NOT_OVERRIDABLE[setting]} cannot be overridden")
        plugin: type[AsyncFunctionTaskTemplate[P, R, F]] | None = None
        if plugin_config is not None:
            plugin = task_class_for(plugin_config)
            kwargs["plugin_config"] = plugin_config
        task = replace(
            self,
            short_name=short_name or self.short_name,
            resources=resources or self.resources,
            cache=cache or self.cache,
            retries=retries or self.retries,
            timeout=timeout or self.timeout,
            reusable=policy,
            env_vars=env_vars or self.env_vars,
            secrets=secrets or self.secrets,
            service_account=service_account or self.service_account,
            max_inline_io_bytes=max_inline_io_bytes or self.max_inline_io_bytes,
            pod_template=pod_template or self.pod_template,
            interruptible=self.interruptible if interruptible is None else interruptible,
            entrypoint=self.entrypoint if entrypoint is None else entrypoint,
            produces_artifacts=self.produces_artifacts if produces_artifacts is None else produces_artifacts,
            queue=queue or self.queue,
            links=links or self.links,
            **kwargs,
        )
        if plugin is not None and not isinstance(task, plugin):
            return _rebuilt_as(task, plugin)
        return task


def _image_of(task: TaskTemplate[Any, Any, Any]) -> Any:
    """The task's image; made from its request ("auto" or a URI) when it is first asked for."""
    image = task.__dict__["_image"]
    if isinstance(image, str):
        from ._image import Image

        image = Image.from_debian_base() if image == "auto" else Image.from_base(image)
        task.__dict__["_image"] = image
    return image


def _set_image(task: TaskTemplate[Any, Any, Any], image: Any) -> None:
    task.__dict__["_image"] = image


# Images are rarely looked at in a local run, and making one costs an import: hence made on demand.
TaskTemplate.image = property(_image_of, _set_image)  # type: ignore[assignment]


# Its instances are always of a subclass, which has a `repr` and an `eq` of its own.
@dataclass(kw_only=True, repr=False, eq=False)
class RuntimeTaskTemplate(TaskTemplate[P, R, F]):
    """A task that runs Python."""

    task_resolver: Any = None


@dataclass(kw_only=True)
class AsyncFunctionTaskTemplate(RuntimeTaskTemplate[P, R, F]):
    """A task made from a function, sync or async."""

    func: F
    plugin_config: Any = None
    debuggable: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if not inspect.iscoroutinefunction(self.func):
            self._call_as_synchronous = True

    @property
    def source_file(self) -> str | None:
        """The file of the function."""
        code = getattr(self.func, "__code__", None)
        return code.co_filename if code else None

    def forward(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Call the function as it is."""
        return self.func(*args, **kwargs)

    async def execute(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Run the function with `pre` before and `post` after it; a sync one in a thread of its own."""
        from ._context import internal_ctx
        from ._controller import run_in_thread

        current = internal_ctx()
        assert current.data.task_context is not None
        data = await self.pre(*args, **kwargs)
        with current.replace_task_context(current.data.task_context.replace(data=data)):
            if inspect.iscoroutinefunction(self.func):
                value = await self.func(*args, **kwargs)
            else:
                if "func" in kwargs:
                    raise TypeError("run_sync_in_thread() got multiple values for argument 'func'")
                value = await run_in_thread(functools.partial(self.func, *args), kwargs)
            await self.post(value)
        return value


def task_class_for(plugin_config: Any) -> type[AsyncFunctionTaskTemplate[Any, Any, Any]]:
    """The class that runs tasks of a plugin configuration.

    Raises:
        ValueError: when no plugin has registered the type (MAPPING CFG-19).
    """
    from ._task_plugins import TaskPluginRegistry

    found = TaskPluginRegistry.find(type(plugin_config))
    if found is None:
        raise ValueError(
            f"No task plugin found for config type {type(plugin_config)}. "
            f"Please register a plugin using flyte.extend.TaskPluginRegistry.register() api."
        )
    return found


def _rebuilt_as(
    task: TaskTemplate[P, R, F], plugin: type[AsyncFunctionTaskTemplate[P, R, F]]
) -> AsyncFunctionTaskTemplate[P, R, F]:
    """The task as another class: a field it never touched takes the default of that class."""
    own = {each.name: each.default for each in fields(type(task))}
    theirs = {each.name: each.default for each in fields(plugin)}
    carried = {}
    for each in fields(task):
        if not each.init:
            continue
        value = getattr(task, each.name)
        default, other = own[each.name], theirs.get(each.name, MISSING)
        if other is not MISSING and other != default and value == default:
            continue
        carried[each.name] = value
    return plugin(**carried)


def call_location() -> _strict.Location:
    """Where the user's code makes this call; looked up only when somebody will want it."""
    from . import _recorder

    return _strict.user_location() if _strict.enabled() or _recorder.active() else ("", 0)


def in_event_loop() -> bool:
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
