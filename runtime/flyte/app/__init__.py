"""App environments (upstream: `flyte.app`; MAPPING IMP-92).

Nothing is served locally: an app's settings are held and checked, so that a program which defines apps can be loaded
and its tasks run.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, TypeVar

from .._environment import Environment
from ..io import Dir, File

__all__ = [
    "AppEndpoint",
    "AppEnvironment",
    "ArtifactValue",
    "Domain",
    "Link",
    "Parameter",
    "Port",
    "RunOutput",
    "Scaling",
    "Timeouts",
]

RESERVED_PORTS = (8012, 8022, 8112, 9090, 9091)
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_VARIABLE = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_LONGEST_REQUEST = timedelta(hours=1)

ParameterType = Literal["string", "file", "directory", "app_endpoint"]
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Port:
    """The port an app listens on.

    Raises:
        ValueError: for a port that the platform keeps for itself.
    """

    port: int
    name: str | None = None

    def __post_init__(self) -> None:
        if self.port in RESERVED_PORTS:
            reserved = ", ".join(str(port) for port in RESERVED_PORTS)
            raise ValueError(f"port {self.port} is not allowed. Please do not use ports: {reserved}")


@dataclass(frozen=True)
class Link:
    """A link shown with an app."""

    path: str
    title: str
    is_relative: bool = False


@dataclass
class Scaling:
    """How many replicas an app has, and when that changes.

    Raises:
        ValueError: for numbers of replicas that make no range.
        TypeError: for a setting of the wrong type.
    """

    @dataclass(frozen=True)
    class Concurrency:
        """The number of requests at a time from which on a replica is added."""

        val: int

        def __post_init__(self) -> None:
            if self.val < 1:
                raise ValueError("Concurrency must be greater than or equal to 1")

    @dataclass(frozen=True)
    class RequestRate:
        """The number of requests a second from which on a replica is added."""

        val: int

        def __post_init__(self) -> None:
            if self.val < 1:
                raise ValueError("Request rate must be greater than or equal to 1")

    replicas: int | tuple[int, int] = (0, 1)
    metric: Concurrency | RequestRate | None = None
    scaledown_after: int | timedelta | None = None

    def __post_init__(self) -> None:
        given: Any = self.replicas
        if isinstance(given, int):
            if given < 0:
                raise ValueError("replicas must be greater than or equal to 0")
            self.replicas = (given, given)
        elif not isinstance(given, tuple):
            raise TypeError("replicas must be an int or a tuple of two ints")
        elif len(given) != 2:
            raise ValueError("replicas tuple must be of length 2")
        else:
            low, high = given
            if low < 0:
                raise ValueError("min_replicas must be greater than or equal to 0")
            if high < 1 or high < low:
                raise ValueError("max_replicas must be greater than or equal to 1 and min_replicas")
        metric: Any = self.metric
        if metric and not isinstance(metric, (Scaling.Concurrency, Scaling.RequestRate)):
            raise TypeError("metric must be an instance of Scaling.Concurrency or Scaling.RequestRate")
        after: Any = self.scaledown_after
        if after and isinstance(after, int):
            self.scaledown_after = timedelta(seconds=after)
        elif after and not isinstance(after, timedelta):
            raise TypeError("scaledown_after must be an int or a timedelta")


@dataclass
class Timeouts:
    """How long a request to an app may take.

    Raises:
        ValueError: for a time below none or above an hour.
        TypeError: for what is neither seconds nor a timedelta.
    """

    request: int | timedelta | None = None

    def __post_init__(self) -> None:
        given: Any = self.request
        if given is None:
            return
        if not isinstance(given, (int, timedelta)):
            raise TypeError(f"Expected request to be of type int or timedelta, got {type(given)}")
        self.request = timedelta(seconds=given) if isinstance(given, int) else given
        if self.request < timedelta(0):
            raise ValueError("request timeout must be non-negative")
        if self.request > _LONGEST_REQUEST:
            raise ValueError("request timeout must not exceed 1 hour (3600 seconds)")


@dataclass(frozen=True)
class Domain:
    """Where an app is reached."""

    subdomain: str | None = None
    custom_domain: str | None = None


@dataclass(frozen=True, kw_only=True)
class RunOutput:
    """The output of a run, as the value of a parameter."""

    type: ParameterType
    run_name: str | None = None
    task_name: str | None = None
    task_version: str | None = None
    task_auto_version: Literal["latest", "current"] | None = None
    getter: tuple[Any, ...] = (0,)


@dataclass(frozen=True, kw_only=True)
class ArtifactValue:
    """A published artifact, as the value of a parameter."""

    name: str
    version: str | None = None
    project: str | None = None
    domain: str | None = None
    type: ParameterType | None = None


@dataclass(frozen=True, kw_only=True)
class AppEndpoint:
    """Where another app is reached, as the value of a parameter."""

    app_name: str
    public: bool = False


@dataclass
class Parameter:
    """A value that an app is given.

    Raises:
        ValueError: for a variable name that a shell does not take.
        TypeError: for a value of another type.
    """

    name: str
    value: str | File[Any] | Dir[Any] | RunOutput | ArtifactValue | AppEndpoint | None = None
    type: ParameterType | None = None
    env_var: str | None = None
    download: bool = True
    mount: str | None = None
    ignore_patterns: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.env_var is not None and _VARIABLE.fullmatch(self.env_var) is None:
            raise ValueError(f"env_var ({self.env_var}) is not a valid environment name for shells")
        value: Any = self.value
        if value is not None and not isinstance(value, (str, File, Dir, RunOutput, ArtifactValue, AppEndpoint)):
            raise TypeError(
                "Expected value to be of type str, file, dir, RunOutput, ArtifactValue or AppEndpoint, "
                f"got {type(value)}"
            )


@dataclass
class AppEnvironment(Environment):
    """A long-running app: a server, a dashboard, a model.

    Raises:
        ValueError: for a name, port or combination of settings that an app can't have.
        TypeError: for a setting of the wrong type.
    """

    type: str | None = None
    port: int | Port = 8080
    args: list[str] | str | None = None
    command: list[str] | str | None = None
    requires_auth: bool = True
    scaling: Scaling = field(default_factory=Scaling)
    domain: Domain | None = field(default_factory=Domain)
    links: list[Link] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)
    cluster_pool: str = "default"
    cluster: str | None = None
    timeouts: Timeouts = field(default_factory=Timeouts)

    _server: Callable[..., Any] | None = field(init=False, default=None, repr=False)
    _on_startup: Callable[..., Any] | None = field(init=False, default=None, repr=False)
    _on_shutdown: Callable[..., Any] | None = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, kinds in (("args", (list, str, type(None))), ("command", (list, str, type(None)))):
            if not isinstance(getattr(self, name), kinds):
                raise TypeError(f"Expected {name} to be of type List[str] or str, got {type(getattr(self, name))}")
        if isinstance(self.port, int):
            self.port = Port(port=self.port)
        for name, kind in (("scaling", Scaling), ("timeouts", Timeouts)):
            if not isinstance(getattr(self, name), kind):
                raise TypeError(f"Expected {name} to be of type {kind.__name__}, got {type(getattr(self, name))}")
        domain: Any = self.domain
        if not isinstance(domain, (Domain, type(None))):
            raise TypeError(f"Expected domain to be of type Domain or None, got {type(domain)}")
        for link in self.links:
            if not isinstance(link, Link):
                raise TypeError(f"Expected links to be of type List[Link], got {type(link)}")
        if self.cluster and self.cluster_pool not in ("", "default"):
            raise ValueError(
                f"'cluster' ({self.cluster!r}) and 'cluster_pool' ({self.cluster_pool!r}) are mutually exclusive; set "
                "only one."
            )
        self._check_command()

    def _check_name(self) -> None:
        if _NAME.fullmatch(self.name) is None:
            raise ValueError(
                f"App name '{self.name}' must consist of lower case alphanumeric characters or '-', and must start and "
                "end with an alphanumeric character."
            )

    def _check_command(self) -> None:
        if not self.parameters or not self.command:
            return
        first = self.command.split()[0] if isinstance(self.command, str) else self.command[0]
        if first != "fserve":
            raise ValueError(
                "Cannot use 'parameters' with a custom 'command' that doesn't start with 'fserve'. "
                "Parameters require the fserve runtime to be materialized. "
                "Use 'args' instead of 'command', or use @app_env.server to define your app process."
            )

    def on_startup(self, fn: F) -> F:
        """Mark what runs before the server."""
        self._on_startup = fn
        return fn

    def server(self, fn: F) -> F:
        """Mark the function that serves."""
        self._server = fn
        return fn

    def on_shutdown(self, fn: F) -> F:
        """Mark what runs after the server."""
        self._on_shutdown = fn
        return fn
