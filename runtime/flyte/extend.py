"""What task plugins build on (upstream: `flyte.extend`)."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

from ._interface import NativeInterface
from ._task import AsyncFunctionTaskTemplate, TaskTemplate
from ._task_plugins import TaskPluginRegistry

__all__ = ["AsyncFunctionTaskTemplate", "NativeInterface", "TaskPluginRegistry", "TaskTemplate", "lazy_module"]


class _LazyModule(ModuleType):
    """A module imported when it is first used."""

    def __getattribute__(self, attribute: str) -> Any:
        module = importlib.import_module(ModuleType.__getattribute__(self, "__name__"))
        return getattr(module, attribute)


def lazy_module(module_name: str) -> ModuleType:
    """A stand-in that imports the module when it is first used."""
    return _LazyModule(module_name)
