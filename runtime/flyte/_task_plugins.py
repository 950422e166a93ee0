"""Which task class runs the tasks of a plugin configuration (upstream: `flyte._task_plugins`)."""

from __future__ import annotations

from typing import Any


class _Registry:
    """Task classes by the type of their configuration."""

    def __init__(self) -> None:
        self._plugins: dict[type, type[Any]] = {}

    def register(self, config_type: type, plugin: type[Any]) -> None:
        """Tasks whose `plugin_config` is a `config_type` are made by `plugin`, an `AsyncFunctionTaskTemplate` class."""
        self._plugins[config_type] = plugin

    def find(self, config_type: type) -> type[Any] | None:
        """The task class of a configuration type, or None when no plugin has registered it."""
        return self._plugins.get(config_type)

    def list_plugins(self) -> list[type]:
        """The configuration types that are registered."""
        return list(self._plugins)

    def __repr__(self) -> str:
        return f"TaskPluginRegistry(plugins={self.list_plugins()})"


TaskPluginRegistry = _Registry()
