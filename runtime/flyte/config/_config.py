"""Settings of the connection, of tasks and of images."""

from __future__ import annotations

import os
import pathlib
from dataclasses import dataclass, field, replace
from typing import Any

_FILE_VARIABLES = ("UCTL_CONFIG", "FLYTECTL_CONFIG")
_FILES = ("config.yaml", os.path.join(".flyte", "config.yaml"))
_HOME_FILES = (os.path.join(".union", "config.yaml"), os.path.join(".flyte", "config.yaml"))


@dataclass(frozen=True)
class PlatformConfig:
    """The server and how to reach it."""

    endpoint: str | None = None
    insecure: bool = False
    insecure_skip_verify: bool = False
    ca_cert_file_path: str | None = None
    console_endpoint: str | None = None
    command: list[str] | None = None
    proxy_command: list[str] | None = None
    client_id: str | None = None
    client_credentials_secret: str | None = None
    scopes: list[str] = field(default_factory=list)
    auth_mode: str = "Pkce"
    audience: str | None = None
    rpc_retries: int = 3
    http_proxy_url: str | None = None
    disable_keyring: bool = False

    def replace(self, **kwargs: Any) -> PlatformConfig:
        """A copy with changes."""
        return replace(self, **kwargs)

    @classmethod
    def for_endpoint(cls, endpoint: str, insecure: bool = False) -> PlatformConfig:
        """The settings for a server that needs nothing else."""
        return cls(endpoint=endpoint, insecure=insecure)


@dataclass(frozen=True)
class TaskConfig:
    """Where tasks belong."""

    org: str | None = None
    project: str | None = None
    domain: str | None = None


@dataclass(frozen=True)
class ImageConfig:
    """How images are built and which names stand for which."""

    builder: str | None = None
    image_refs: dict[str, str] = field(default_factory=dict)
    registry: str | None = None


@dataclass(frozen=True)
class LocalConfig:
    """How local runs are kept."""

    persistence: bool = False
    tracked: bool = False
    tracked_strict: bool = False


@dataclass(frozen=True)
class Config:
    """All settings, and the file they are from."""

    platform: PlatformConfig = field(default_factory=PlatformConfig)
    task: TaskConfig = field(default_factory=TaskConfig)
    image: ImageConfig = field(default_factory=ImageConfig)
    local: LocalConfig = field(default_factory=LocalConfig)
    source: pathlib.Path | None = None

    def with_params(
        self,
        platform: PlatformConfig | None = None,
        task: TaskConfig | None = None,
        image: ImageConfig | None = None,
    ) -> Config:
        """A copy with some parts replaced."""
        return replace(self, platform=platform or self.platform, task=task or self.task, image=image or self.image)

    @classmethod
    def auto(cls, config_file: str | pathlib.Path | None = None) -> Config:
        """The settings of the environment. The file is found and named, but not read: nothing connects here."""
        source = get_config_file(config_file)
        if source is None:
            return cls()
        return cls(
            platform=PlatformConfig(endpoint=_variable("ADMIN_ENDPOINT")),
            task=TaskConfig(_variable("TASK_ORG"), _variable("TASK_PROJECT"), _variable("TASK_DOMAIN")),
            image=ImageConfig(builder=_variable("IMAGE_BUILDER"), registry=_variable("IMAGE_REGISTRY")),
            source=source,
        )


def _variable(name: str) -> str | None:
    return os.environ.get(f"FLYTE_{name}") or None


def get_config_file(config_file: str | pathlib.Path | None = None) -> pathlib.Path | None:
    """The configuration file: the given one, else the first that exists in the order of MAPPING section 14."""
    if config_file is not None:
        return pathlib.Path(config_file)
    for name in _FILES:
        if os.path.exists(name):
            return pathlib.Path(name)
    for variable in _FILE_VARIABLES:
        if os.environ.get(variable):
            return pathlib.Path(os.environ[variable])
    for name in _HOME_FILES:
        path = pathlib.Path.home() / name
        if path.exists():
            return path
    return None


def set_if_exists(d: dict[str, Any], k: str, val: Any) -> dict[str, Any]:
    """Put a value into a dictionary unless it is empty; False counts as a value. Returns the dictionary."""
    if isinstance(val, bool) or val:
        d[k] = val
    return d


def auto(config_file: str | pathlib.Path | None = None) -> Config:
    """As `Config.auto`."""
    return Config.auto(config_file)
