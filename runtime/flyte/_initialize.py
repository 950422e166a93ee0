"""`flyte.init` and its kin. Nothing here talks to a server: they record settings, and runs stay local."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .errors import InitializationError
from .syncify import syncify


@dataclass
class InitConfig:
    """Settings given to `flyte.init`."""

    org: str | None = None
    project: str | None = None
    domain: str | None = None
    root_dir: Any = None
    endpoint: str | None = None
    images: dict[str, str] = field(default_factory=dict)
    image_builder: str = "local"
    image_registry: str | None = None
    storage: Any = None
    source_config_path: Any = None


_config: InitConfig | None = None


def get_init_config() -> InitConfig | None:
    """The settings of the last `init`, or None before it."""
    return _config


def is_initialized() -> bool:
    """Whether `init` was called."""
    return _config is not None


def is_control_plane_available() -> bool:
    """Whether there is a server to talk to; never, here."""
    return False


@syncify
async def init(
    org: str | None = None,
    project: str | None = None,
    domain: str | None = None,
    root_dir: Any = None,
    log_level: int | None = None,
    log_format: str | None = None,
    reset_root_logger: bool = False,
    user_log_level: int | None = None,
    endpoint: str | None = None,
    headless: bool = False,
    insecure: bool = False,
    insecure_skip_verify: bool = False,
    ca_cert_file_path: str | None = None,
    auth_type: str = "Pkce",
    command: list[str] | None = None,
    proxy_command: list[str] | None = None,
    api_key: str | None = None,
    client_id: str | None = None,
    client_credentials_secret: str | None = None,
    auth_client_config: Any = None,
    rpc_retries: int = 3,
    http_proxy_url: str | None = None,
    disable_keyring: bool = False,
    storage: Any = None,
    batch_size: int = 1000,
    image_builder: str = "local",
    images: dict[str, str] | None = None,
    image_registry: str | None = None,
    source_config_path: Any = None,
    sync_local_sys_paths: bool = True,
    load_plugin_type_transformers: bool = True,
    local_persistence: bool = False,
    local_tracked: bool = False,
    local_tracked_strict: bool = False,
    scopes: list[str] | None = None,
) -> None:
    """Record settings; a second call replaces them. Connection settings have no effect here."""
    global _config
    _config = InitConfig(
        org=org,
        project=project,
        domain=domain,
        root_dir=root_dir,
        endpoint=endpoint,
        images=dict(images or {}),
        image_builder=image_builder,
        image_registry=image_registry,
        storage=storage,
        source_config_path=source_config_path,
    )
    if log_level is not None or user_log_level is not None:
        from ._logging import system_logger, user_logger

        for each, level in ((system_logger, log_level), (user_logger, user_log_level)):
            if level is not None:
                each.setLevel(level)


@syncify
async def init_from_config(
    path_or_config: Any = None,
    root_dir: Any = None,
    log_level: int | None = None,
    log_format: str = "console",
    user_log_level: int | None = None,
    org: str | None = None,
    project: str | None = None,
    domain: str | None = None,
    storage: Any = None,
    batch_size: int = 1000,
    image_builder: str | None = None,
    images: tuple[str, ...] | None = None,
    sync_local_sys_paths: bool = True,
) -> None:
    """Record settings; the configuration file itself is not read, because nothing connects."""
    pairs = [each.partition("=") for each in images or ()]
    named = {name if sign else "default": uri if sign else name for name, sign, uri in pairs}
    await init.aio(
        org=org,
        root_dir=root_dir,
        log_level=log_level,
        user_log_level=user_log_level,
        project=project,
        domain=domain,
        storage=storage,
        image_builder=image_builder or "local",
        images=named,
        source_config_path=path_or_config,
    )


@syncify
async def init_from_api_key(
    endpoint: str | None = None,
    api_key: str | None = None,
    project: str | None = None,
    domain: str | None = None,
    **settings: Any,
) -> None:
    """Record settings; the key is not used."""
    await init.aio(endpoint=endpoint, api_key=api_key, project=project, domain=domain)


@syncify
async def init_in_cluster(
    org: str | None = None, project: str | None = None, domain: str | None = None, **settings: Any
) -> dict[str, Any]:
    """Record settings."""
    await init.aio(org=org, project=project, domain=domain)
    return {}


@syncify
async def init_passthrough(
    endpoint: str | None = None,
    org: str | None = None,
    project: str | None = None,
    domain: str | None = None,
    **settings: Any,
) -> dict[str, Any]:
    """Record settings."""
    await init.aio(org=org, project=project, domain=domain, endpoint=endpoint)
    return {}


def _setting(name: str) -> str:
    from ._context import ctx

    current = ctx()
    inside = getattr(current.action, name) if current else None
    found = inside or (getattr(_config, name) if _config is not None else None)
    if not found:
        raise InitializationError(
            f"{name.capitalize()}NotInitializedError",
            "user",
            f"{name.capitalize()} is not set. Set it with flyte.init({name}=...).",
        )
    return str(found)


def current_project() -> str:
    """The project.

    Raises:
        InitializationError: when none was set.
    """
    return _setting("project")


def current_domain() -> str:
    """The domain.

    Raises:
        InitializationError: when none was set.
    """
    return _setting("domain")
