"""Runs an original entry point on ``flytekit`` in local execution, and counts the tasks and workflows that run."""

from __future__ import annotations

import inspect
import os
from collections import Counter
from collections.abc import Callable
from typing import Any

from .flyte2 import PLACEHOLDER
from .inputs import MISSING

_counted: Counter[str] = Counter()
_is_prepared = False


def prepare(strict: bool) -> None:
    """Import the SDK and instrument its execution; there is no strict mode."""
    global _is_prepared
    if _is_prepared:
        return
    _is_prepared = True
    import flytekit  # noqa: F401
    from flytekit.core.python_function_task import (
        AsyncPythonFunctionTask,
        EagerAsyncPythonFunctionTask,
        PythonFunctionTask,
    )
    from flytekit.core.workflow import PythonFunctionWorkflow

    for kind in (PythonFunctionTask, AsyncPythonFunctionTask, EagerAsyncPythonFunctionTask, PythonFunctionWorkflow):
        if "execute" in vars(kind):
            _count(kind, vars(kind)["execute"])


def _count(kind: Any, execute: Callable[..., Any]) -> None:
    def counting(self: Any, **kwargs: Any) -> Any:
        mode = getattr(self, "execution_mode", None)
        if mode is None or mode.name != "DYNAMIC":  # a dynamic task runs as a workflow of the same name
            _counted[self.name.rpartition(".")[2]] += 1
        return execute.__get__(self, type(self))(**kwargs)

    kind.execute = counting


def forget_names() -> None:
    """Make a forked process draw other names for its local uploads than its siblings."""
    from flytekit.interfaces.random import random as names

    names.seed()


def initialise() -> None:
    """Nothing to do."""


def parameters(entry: Any) -> list[tuple[str, Any, Any]]:
    """Name, type and default of each parameter. The interface alone can't tell a default of None from none."""
    function = getattr(entry, "_workflow_function", None) or getattr(entry, "_task_function", None)
    defaults: dict[str, Any] = {}
    if function is not None:
        signature = inspect.signature(inspect.unwrap(function))
        defaults = {name: each.default for name, each in signature.parameters.items()}
    else:
        given = entry.python_interface.inputs_with_defaults
        defaults = {name: default for name, (_, default) in given.items() if default is not None}
    return [(name, hint, defaults.get(name, MISSING)) for name, hint in entry.python_interface.inputs.items()]


def placeholders(entry: Any) -> list[str]:
    """Set the environment variables of secrets that tasks ask for and that are not there, and name them."""
    from flytekit.core.context_manager import FlyteContextManager, FlyteEntities

    secrets = FlyteContextManager.current_context().user_space_params.secrets
    made: list[str] = []
    for entity in FlyteEntities.entities:
        context = getattr(entity, "security_context", None)
        for each in getattr(context, "secrets", None) or ():
            variables = [secrets.get_secrets_env_var(each.group, each.key, each.group_version)]
            if getattr(each, "env_var", None):
                variables.append(each.env_var)
            for variable in variables:
                if variable not in os.environ:
                    os.environ[variable] = PLACEHOLDER
                    made.append(variable)
    return made


def run(entry: Any, inputs: dict[str, Any]) -> Any:
    """Run a workflow or task and give its outputs: none, the value, or a tuple."""
    value = entry(**inputs)
    if inspect.iscoroutine(value):
        import asyncio

        value = asyncio.run(value)
    if isinstance(value, tuple) and len(value) == 1 and hasattr(value, "_fields"):
        return value[0]  # a NamedTuple of one field is its value in Flyte 2 (MAPPING WF-06)
    return value


def calls() -> dict[str, int]:
    """How often each task and workflow ran, by function name."""
    return dict(_counted)


def violations(at_end: bool = False) -> list[dict[str, Any]]:
    """None: there is no strict mode."""
    return []


class _Blobs:
    """Makes flytekit's handles."""

    def __init__(self, folder: str, base: str) -> None:
        self._folder = folder
        self._base = base

    def kind(self, hint: Any) -> str:
        if not isinstance(hint, type):
            return ""
        ancestry = {base.__name__ for base in hint.__mro__}
        if "FlyteFile" in ancestry:
            return "file"
        if "FlyteDirectory" in ancestry:
            return "folder"
        root = hint.__module__.partition(".")[0]
        is_frame = "StructuredDataset" in ancestry or "FlyteSchema" in ancestry
        return "frame" if is_frame or (hint.__name__, root) == ("DataFrame", "pandas") else ""

    def path(self, name: str) -> str:
        return os.path.join(self._folder, name)

    def given(self, path: str) -> str:
        return os.path.normpath(os.path.join(self._base, path))

    def make(self, kind: str, data: Any, hint: Any) -> Any:
        from flytekit.types.directory import FlyteDirectory
        from flytekit.types.file import FlyteFile

        if kind == "file":
            return FlyteFile(data)
        if kind == "folder":
            return FlyteDirectory(data)
        import pandas

        frame = pandas.DataFrame(data)
        if hint is pandas.DataFrame:
            return frame
        from flytekit.types.structured.structured_dataset import StructuredDataset

        return StructuredDataset(dataframe=frame)


def blobs(folder: str, base: str) -> _Blobs:
    """A maker of files, folders and frames below ``folder``; given paths are relative to ``base``."""
    return _Blobs(folder, base)
