"""Tasks that execute a notebook."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import weakref
from pathlib import Path
from typing import Any

import flyte
from flyte._interface import NativeInterface
from flyte._task import TaskTemplate
from flyte._task_plugins import TaskPluginRegistry
from flyte.io import DataFrame, Dir, File

from flyteplugins.papermill.notebook import recorded_outputs

_PRIMITIVES = (int, float, str, bool, list, dict, type(None))
_RUNTIME_FOLDER = str(Path(flyte.__file__).parent.parent)


class NotebookTask(TaskTemplate[Any, Any, Any]):
    """A notebook executed by papermill, which a run needs (upstream: `flyteplugins.papermill.NotebookTask`).

    Inputs are papermill parameters; files, directories and tables arrive as their addresses. Outputs are what the cell
    tagged "outputs" ends with: `record_outputs(...)`.

    Args:
        name: of the task.
        notebook_path: absolute, or relative to the current folder.
        task_environment: the environment the task belongs to.
        output_notebooks: whether the notebook and its executed copy are outputs, too.

    Raises:
        ValueError: for a plugin configuration no plugin knows.
    """

    def __init__(
        self,
        *,
        name: str,
        notebook_path: str,
        task_environment: flyte.TaskEnvironment,
        plugin_config: Any | None = None,
        inputs: dict[str, type] | None = None,
        outputs: dict[str, type] | None = None,
        kernel_name: str | None = None,
        engine_name: str | None = None,
        log_output: bool = False,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        report_mode: bool = False,
        request_save_on_cell_execute: bool = True,
        progress_bar: bool = True,
        language: str | None = None,
        engine_kwargs: dict[str, Any] | None = None,
        output_notebooks: bool = False,
        **kwargs: Any,
    ) -> None:
        declared = dict(outputs or {})
        if output_notebooks:
            declared |= {"output_notebook": File, "output_notebook_executed": File}
        super().__init__(
            name=name,
            interface=NativeInterface(
                {key: (kind, inspect.Parameter.empty) for key, kind in (inputs or {}).items()}, declared
            ),
            task_type=_task_type(plugin_config),
            report=True,
            _call_as_synchronous=True,
            parent_env=weakref.ref(task_environment) if task_environment else None,
            parent_env_name=task_environment.name if task_environment else None,
            **kwargs,
        )
        self.notebook_path = notebook_path
        self.plugin_config = plugin_config
        self.kernel_name = kernel_name
        self.engine_name = engine_name
        self.log_output = log_output
        self.start_timeout = start_timeout
        self.execution_timeout = execution_timeout
        self.report_mode = report_mode
        self.request_save_on_cell_execute = request_save_on_cell_execute
        self.progress_bar = progress_bar
        self.language = language
        self.engine_kwargs = engine_kwargs or {}
        self.output_notebooks = output_notebooks
        self._resolved_notebook_path = os.path.normpath(os.path.join(Path.cwd(), notebook_path))
        if task_environment is not None:
            task_environment._tasks[name] = self

    @property
    def resolved_notebook_path(self) -> str:
        """The absolute path of the notebook."""
        return self._resolved_notebook_path

    @property
    def output_notebook_path(self) -> str:
        """Where the executed copy goes: beside the notebook, with `-out` in its name."""
        base, extension = os.path.splitext(self._resolved_notebook_path)
        return f"{base}-out{extension}"

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Execute the notebook and return its outputs.

        Raises:
            TypeError: for an input papermill cannot pass, or an output that was not recorded.
        """
        self._execute_notebook(self.interface.convert_to_kwargs(*args, **kwargs))
        return self._outputs()

    async def execute(self, *args: Any, **kwargs: Any) -> Any:
        """As `forward`; the executed notebook becomes the task's report."""
        try:
            await asyncio.to_thread(self._execute_notebook, self.interface.convert_to_kwargs(*args, **kwargs))
        finally:
            if os.path.exists(self.output_notebook_path):
                await self._report()
        return self._outputs()

    def _execute_notebook(self, inputs: dict[str, Any]) -> None:
        import papermill

        settings = {
            "input_path": self._resolved_notebook_path,
            "output_path": self.output_notebook_path,
            "parameters": {name: _parameter(name, value) for name, value in inputs.items()},
            "kernel_name": self.kernel_name,
            "engine_name": self.engine_name,
            "log_output": self.log_output,
            "start_timeout": self.start_timeout,
            "report_mode": self.report_mode,
            "request_save_on_cell_execute": self.request_save_on_cell_execute,
            "progress_bar": self.progress_bar,
            "language": self.language,
            "execution_timeout": self.execution_timeout,
        }
        given = {name: value for name, value in settings.items() if value is not None}
        with _importable_by_kernel():
            papermill.execute_notebook(**given, **self.engine_kwargs)

    def _outputs(self) -> Any:
        if not self.interface.outputs:
            return None
        found = recorded_outputs(json.loads(Path(self.output_notebook_path).read_text(encoding="utf-8")))
        values = dict(found or {})
        if self.output_notebooks:
            values["output_notebook"] = File(path=self._resolved_notebook_path)
            values["output_notebook_executed"] = File(path=self.output_notebook_path)
        missing = [name for name in self.interface.outputs if name not in values]
        if missing and found is None:
            raise TypeError(
                f"Notebook did not produce expected outputs: {missing}. "
                "Make sure to call record_outputs() in your notebook."
            )
        if missing:
            raise TypeError(
                f"Notebook did not produce expected output '{missing[0]}'. "
                f"Make sure to call record_outputs({missing[0]}=...) in your notebook."
            )
        results = tuple(values[name] for name in self.interface.outputs)
        return results[0] if len(results) == 1 else results

    async def _report(self) -> None:
        import flyte.report
        import nbconvert
        import nbformat

        notebook = nbformat.read(self.output_notebook_path, as_version=4)
        page, _ = nbconvert.HTMLExporter().from_notebook_node(notebook)
        await flyte.report.log.aio(page, do_flush=True)


def _task_type(plugin_config: Any) -> str:
    if plugin_config is None:
        return "notebook"
    plugin = TaskPluginRegistry.find(type(plugin_config))
    if plugin is None or plugin.task_type != "spark":
        raise ValueError(f"Unsupported plugin_config type: {type(plugin_config)}. No plugin registered for it.")
    return "spark"


def _parameter(name: str, value: Any) -> Any:
    if isinstance(value, (File, Dir)):
        return value.path
    if isinstance(value, DataFrame):
        return str(value.uri)
    if isinstance(value, _PRIMITIVES):
        return value
    raise TypeError(
        f"NotebookTask input '{name}' has unsupported type {type(value)!r}. Papermill only supports primitives "
        "(int, float, str, bool, list, dict, None) and flyte.io types (File, Dir, DataFrame)."
    )


class _importable_by_kernel:  # noqa: N801
    """While active, processes that are started find this runtime."""

    def __enter__(self) -> None:
        self._before = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (_RUNTIME_FOLDER, self._before)))

    def __exit__(self, *error: object) -> None:
        if self._before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = self._before
