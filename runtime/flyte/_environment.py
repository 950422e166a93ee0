"""Environments (upstream: `flyte._environment`, `flyte._task_environment`; MAPPING section 2)."""

from __future__ import annotations

import inspect
import re
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from . import _strict
from ._cache.cache import Cache, CacheRequest
from ._interface import NativeInterface
from ._retry import RetryStrategy
from ._strict_settings import check_image_address, check_triggers
from ._task import MAX_INLINE_IO_BYTES, AsyncFunctionTaskTemplate, TaskTemplate, task_class_for

if TYPE_CHECKING:
    from ._docs import Documentation
    from ._image import Image
    from ._link import Link
    from ._pod import PodTemplate
    from ._resources import Resources
    from ._reuse import ReusePolicy
    from ._secret import SecretRequest
    from ._timeout import TimeoutType
    from ._trigger import Trigger

_NAME = re.compile(r"[a-z0-9]+([_-][a-z0-9]+)*")
_DESCRIPTION_LENGTH = 255

_loaded: list[Environment] = []


def list_loaded_environments() -> list[Environment]:
    """All environments of the process, in the order they were made."""
    return _loaded


@dataclass
class Environment:
    """What environments of tasks and of apps have in common.

    Raises:
        ValueError: for a name that is not in snake_case or kebab-case.
        TypeError: for a setting of the wrong type.
    """

    name: str
    depends_on: list[Environment] = field(default_factory=list)
    pod_template: str | PodTemplate | None = None
    description: str | None = None
    secrets: SecretRequest | None = None
    env_vars: dict[str, str] | None = None
    resources: Resources | None = None
    interruptible: bool = False
    image: str | Image | Literal["auto"] | None = "auto"
    include: tuple[str, ...] = field(default_factory=tuple)
    service_account: str | None = None

    _declaring_file: str | None = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:
        self._check_types()
        if self.description is not None and len(self.description) > _DESCRIPTION_LENGTH:
            self.description = _shortened(self.description)
        self._normalise_include()
        self._check_name()
        location = _strict.user_location()
        self._declaring_file = location[0]
        if _strict.enabled():
            _refuse_second_environment(self, location)
        self._location = location
        _loaded.append(self)

    def _check_name(self) -> None:
        if _NAME.fullmatch(self.name) is None:
            raise ValueError(f"Environment name '{self.name}' must be in snake_case or kebab-case format.")

    def _check_types(self) -> None:
        if isinstance(self.image, str):
            check_image_address(self.image)
        elif self.image:
            from ._image import Image

            if not isinstance(self.image, Image):
                raise TypeError(f"Expected image to be of type str or Image, got {type(self.image)}")
        if self.secrets and not isinstance(self.secrets, (str, list)):
            from ._secret import Secret

            if not isinstance(self.secrets, Secret):
                raise TypeError(f"Expected secrets to be of type SecretRequest, got {type(self.secrets)}")
        if self.service_account is not None and not isinstance(self.service_account, str):
            raise TypeError(f"Expected service_account to be of type str, got {type(self.service_account)}")
        for each in self.depends_on:
            if not isinstance(each, Environment):
                raise TypeError(f"Expected depends_on to be of type List[Environment], got {type(each)}")
        if self.resources is not None:
            from ._resources import Resources

            if not isinstance(self.resources, Resources):
                raise TypeError(f"Expected resources to be of type Resources, got {type(self.resources)}")
        if self.env_vars is not None and not isinstance(self.env_vars, dict):
            raise TypeError(f"Expected env_vars to be of type Dict[str, str], got {type(self.env_vars)}")
        if self.pod_template is not None and not isinstance(self.pod_template, str):
            from ._pod import PodTemplate

            if not isinstance(self.pod_template, PodTemplate):
                raise TypeError(
                    f"Expected pod_template to be of type str or PodTemplate, got {type(self.pod_template)}"
                )

    def _normalise_include(self) -> None:
        given: Any = self.include
        if given and not isinstance(given, tuple):
            if isinstance(given, str):
                raise TypeError(f"Expected include to be a sequence of str paths, got a bare str ({self.include!r}).")
            try:
                self.include = tuple(given)
            except TypeError as error:
                raise TypeError(f"Expected include to be a sequence of str paths, got {type(self.include)}") from error
        for each in self.include:
            if not isinstance(each, str):
                raise TypeError(f"include entries must be str, got {type(each)}")

    def add_dependency(self, *env: Environment) -> None:
        """Deploy other environments together with this one.

        Raises:
            TypeError: for something that is no environment.
            ValueError: for this environment itself.
        """
        for each in env:
            if not isinstance(each, Environment):
                raise TypeError(f"Expected Environment, got {type(each)}")
            if each.name == self.name:
                raise ValueError("Cannot add self as a dependency")
        self.depends_on.extend(env)
        if _strict.enabled():
            refuse_cycle(self)

    def _settings(self) -> dict[str, Any]:
        return {"depends_on": list(self.depends_on)}


def _shortened(description: str) -> str:
    """The description cut as the SDK cuts it (one character longer than allowed, as there)."""
    return description[: _DESCRIPTION_LENGTH - 8] + "...(tr.)"


def _refuse_second_environment(env: Environment, location: _strict.Location) -> None:
    for other in _loaded:
        if other.name == env.name and other._location != location:
            _strict.fail(
                "duplicate-environment",
                f"the environment name '{env.name}' is already used at {other._location[0]}:{other._location[1]}.",
                "Give every environment of the project its own name.",
                location,
            )


def refuse_cycle(env: Environment) -> None:
    """Strict mode: fail when `depends_on` leads back to the environment (MAPPING DEP-03)."""

    def walk(current: Environment, path: list[Environment]) -> None:
        for each in current.depends_on:
            if each is env:
                names = " -> ".join(step.name for step in [*path, current, env])
                _strict.fail(
                    "cyclic-depends-on",
                    f"depends_on is cyclic: {names}.",
                    "Put the tasks of these environments into one environment.",
                    _strict.user_location(),
                )
            if each not in path:
                walk(each, [*path, current])

    walk(env, [])


@dataclass
class TaskEnvironment(Environment):
    """The environment tasks run in; `env.task` makes them.

    Raises:
        ValueError, TypeError: see `Environment`; and for a `cache`, `reusable` or `plugin_config` that does not fit.
    """

    cache: CacheRequest = "disable"
    reusable: ReusePolicy | None = None
    plugin_config: Any = None
    queue: str | None = None
    _tasks: dict[str, TaskTemplate[Any, Any, Any]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.reusable is not None and self.plugin_config is not None:
            from ._task_plugins import TaskPluginRegistry

            plugin = TaskPluginRegistry.find(type(self.plugin_config))
            if plugin is None or not getattr(plugin, "supports_reuse_policy", False):
                raise ValueError("Cannot set plugin_config when environment is reusable.")
        if self.reusable:
            from ._reuse import ReusePolicy

            if not isinstance(self.reusable, ReusePolicy):
                raise TypeError(f"Expected reusable to be of type ReusePolicy, got {type(self.reusable)}")
        if self.cache and not isinstance(self.cache, (str, Cache)):
            raise TypeError(f"Expected cache to be of type str or Cache, got {type(self.cache)}")

    def clone_with(
        self,
        name: str,
        image: str | Image | Literal["auto"] | None = None,
        resources: Resources | None = None,
        env_vars: dict[str, str] | None = None,
        secrets: SecretRequest | None = None,
        depends_on: list[Environment] | None = None,
        description: str | None = None,
        interruptible: bool | None = None,
        include: tuple[str, ...] | None = None,
        service_account: str | None = None,
        **kwargs: Any,
    ) -> TaskEnvironment:
        """A new environment without tasks; what is not given is as in this one.

        Raises:
            TypeError: for unknown settings.
        """
        changes: dict[str, Any] = {
            "image": image,
            "resources": resources,
            "env_vars": env_vars,
            "secrets": secrets,
            "depends_on": depends_on,
            "description": description,
            "interruptible": interruptible,
            "include": include,
            "service_account": service_account,
            "cache": kwargs.pop("cache", None),
        }
        given = {setting: value for setting, value in changes.items() if value is not None}
        if "reusable" in kwargs:
            given["reusable"] = kwargs.pop("reusable")
        if kwargs:
            raise TypeError(f"Unexpected keyword arguments: {list(kwargs.keys())}")
        return replace(self, **{**self._settings(), "name": name, **given})

    def task(
        self,
        _func: Callable[..., Any] | None = None,
        *,
        short_name: str | None = None,
        cache: CacheRequest | None = None,
        retries: int | RetryStrategy = 0,
        timeout: TimeoutType = 0,
        docs: Documentation | None = None,
        pod_template: str | PodTemplate | None = None,
        report: bool = False,
        interruptible: bool | None = None,
        max_inline_io_bytes: int = MAX_INLINE_IO_BYTES,
        queue: str | None = None,
        service_account: str | None = None,
        triggers: tuple[Trigger, ...] | Trigger = (),
        links: tuple[Link, ...] | Link = (),
        task_resolver: Any = None,
        entrypoint: bool = False,
        produces_artifacts: bool = False,
    ) -> Any:
        """Make a task from a function; used as a decorator, with or without settings.

        Raises:
            ValueError: for settings a reusable environment fixes, for `*args`/`**kwargs` in the function, for a plugin
                configuration no plugin handles.
            TypeError: for a return annotation that v2 refuses.
            NameError: for an annotation that cannot be resolved.
        """
        if self.reusable is not None:
            if pod_template is not None:
                raise ValueError("Cannot set pod_template when environment is reusable.")
            if service_account is not None and service_account != self.service_account:
                raise ValueError("Cannot override service_account when environment is reusable.")

        def decorate(func: Callable[..., Any]) -> AsyncFunctionTaskTemplate[Any, Any, Any]:
            name = f"{self.name}.{func.__name__}"
            if self.reusable is not None and self.reusable.concurrency > 1 and not inspect.iscoroutinefunction(func):
                raise ValueError(
                    "Reusable environments with concurrency greater than 1 are only supported for async tasks. "
                    "Please use an async function or set concurrency to 1."
                )
            made_by: type[AsyncFunctionTaskTemplate[Any, Any, Any]] = (
                AsyncFunctionTaskTemplate if self.plugin_config is None else task_class_for(self.plugin_config)
            )
            task = made_by(
                func=func,
                name=name,
                image=self.image,
                resources=self.resources,
                cache=cache or self.cache,
                retries=retries,
                timeout=timeout,
                reusable=self.reusable,
                docs=docs,
                env_vars=self.env_vars,
                secrets=self.secrets,
                service_account=service_account or self.service_account,
                pod_template=pod_template or self.pod_template,
                parent_env=weakref.ref(self),
                parent_env_name=self.name,
                interface=NativeInterface.from_callable(func),
                report=report,
                short_name=short_name or func.__name__,
                plugin_config=self.plugin_config,
                max_inline_io_bytes=max_inline_io_bytes,
                queue=queue or self.queue,
                interruptible=self.interruptible if interruptible is None else interruptible,
                entrypoint=entrypoint,
                produces_artifacts=produces_artifacts,
                triggers=triggers if isinstance(triggers, tuple) else _as_tuple(triggers),
                links=tuple(links) if isinstance(links, (list, tuple)) else (links,),
                task_resolver=task_resolver,
            )
            if _strict.enabled():
                self._refuse_second_task(name, func)
                check_triggers(task, _strict.location_of(func))
            self._tasks[name] = task
            return task

        return decorate if _func is None else decorate(_func)

    def _refuse_second_task(self, name: str, func: Callable[..., Any]) -> None:
        known = self._tasks.get(name)
        if known is None:
            return
        location, other = _strict.location_of(func), _strict.location_of(getattr(known, "func", None))
        if location != other:
            _strict.fail(
                "duplicate-task",
                f"the environment '{self.name}' already has a task '{name}', from {other[0]}:{other[1]}; "
                "only the later one would be deployed.",
                "Rename one of the functions or put it into another environment.",
                location,
            )

    @property
    def tasks(self) -> dict[str, TaskTemplate[Any, Any, Any]]:
        """The environment's tasks by full name."""
        return self._tasks

    @classmethod
    def from_task(
        cls, name: str, *tasks: TaskTemplate[Any, Any, Any], depends_on: list[Environment] | None = None
    ) -> TaskEnvironment:
        """An environment for tasks that were made without one, e.g. a `ContainerTask` (MAPPING TSK-03).

        Raises:
            ValueError: for tasks that have an environment, or different images.
        """
        if any(each.parent_env is not None and each.parent_env() is not None for each in tasks):
            raise ValueError("Tasks cannot assigned to multiple environments.")
        images = {each.image for each in tasks}
        if len(images) > 1:
            raise ValueError("Tasks must have the same image to be in the same environment.")
        env = cls(name, image=images.pop() if images else "auto", depends_on=depends_on or [])
        for each in tasks:
            env._tasks[each.name] = each
            each.parent_env = weakref.ref(env)
            each.parent_env_name = name
        return env


def _as_tuple(triggers: Any) -> tuple[Any, ...]:
    return tuple(triggers) if isinstance(triggers, (list, set)) else (triggers,)
