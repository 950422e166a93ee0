"""`flyte.Cache`: whether a task's results are reused, and what makes two calls the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, Protocol, runtime_checkable

CacheBehavior = Literal["auto", "override", "disable"]

_BEHAVIORS: tuple[str, ...] = ("auto", "override", "disable")
_ALIASES = {
    **dict.fromkeys(("enable", "enabled", "on", "true", "yes"), "auto"),
    **dict.fromkeys(("off", "false", "no", "none"), "disable"),
}


@dataclass
class VersionParameters:
    """What a cache policy may look at."""

    func: Callable[..., Any] | None
    image: Any = None
    code_bundle: Any = None


@runtime_checkable
class CachePolicy(Protocol):
    """Computes a version from the task."""

    def get_version(self, salt: str, params: VersionParameters) -> str:
        """The version of the task described by `params`."""
        ...


@dataclass
class Cache:
    """When a result is reused.

    Args:
        behavior: "auto" reads and writes the cache; "override" only writes it (MAPPING TRAP-22); "disable" neither.
        version_override: the version to use instead of one computed from the function's source.
        serialize: let identical calls that run at once wait for the first.
        ignored_inputs: inputs that do not count.
        salt: mixed into the computed version.
        policies: what computes the version; the function's source by default.
        max_age: how old a reused result may be; an int means seconds.

    Raises:
        ValueError: for an unknown behaviour or a negative age.
        TypeError: for an age of another type.
    """

    behavior: CacheBehavior
    version_override: str | None = None
    serialize: bool = False
    ignored_inputs: tuple[str, ...] | str = field(default_factory=tuple)
    salt: str = ""
    policies: list[CachePolicy] | CachePolicy | None = None
    max_age: timedelta | int | None = None

    def __post_init__(self) -> None:
        if isinstance(self.max_age, bool) or not isinstance(self.max_age, (int, timedelta, type(None))):
            raise TypeError("max_age must be an int (seconds), timedelta, or None")
        if isinstance(self.max_age, int):
            self.max_age = timedelta(seconds=self.max_age)
        if self.max_age is not None and self.max_age < timedelta(0):
            raise ValueError("max_age must be nonnegative")
        if isinstance(self.behavior, str) and self.behavior not in _BEHAVIORS:
            self.behavior = _ALIASES.get(self.behavior.lower(), self.behavior)  # type: ignore[assignment]
        if self.behavior not in _BEHAVIORS:
            raise ValueError(
                f"Invalid cache behavior: {self.behavior!r}. Must be one of {list(_BEHAVIORS)} "
                f"(aliases accepted: {sorted(_ALIASES)})."
            )
        self._ignored_inputs = (
            (self.ignored_inputs,) if isinstance(self.ignored_inputs, str) else tuple(self.ignored_inputs)
        )
        if self.behavior == "disable":
            return
        if self.policies is None:
            from .policy_function_body import FunctionBodyPolicy

            self.policies = [FunctionBodyPolicy()]
        elif isinstance(self.policies, CachePolicy):
            self.policies = [self.policies]
        if self.version_override is None and not self.policies:
            raise ValueError("If version is not defined then at least one cache policy needs to be set")

    def is_enabled(self) -> bool:
        """Whether results are stored at all."""
        return self.behavior in ("auto", "override")

    def get_ignored_inputs(self) -> tuple[str, ...]:
        """Names of the inputs that do not count."""
        return self._ignored_inputs

    def get_version(self, params: VersionParameters | None = None) -> str:
        """The version of a task; "" when caching is off.

        Raises:
            ValueError: when a policy fails or there is nothing to compute a version from.
        """
        if not self.is_enabled():
            return ""
        if self.version_override is not None:
            return self.version_override
        if params is None:
            raise ValueError("Version parameters must be provided when version_override is not set.")
        policies: list[Any] = self.policies if isinstance(self.policies, list) else [self.policies]
        import hashlib

        versions = ""
        for policy in policies:
            try:
                versions += policy.get_version(self.salt, params)
            except Exception as error:
                raise ValueError(f"Failed to generate version for cache policy {policy}.") from error
        return hashlib.sha256(versions.encode()).hexdigest()


CacheRequest = CacheBehavior | Cache


def cache_from_request(cache: CacheRequest) -> Cache:
    """The cache configuration behind a `cache=` argument.

    Raises:
        ValueError: for an unknown behaviour (MAPPING CFG-10).
    """
    return cache if isinstance(cache, Cache) else Cache(behavior=cache)
