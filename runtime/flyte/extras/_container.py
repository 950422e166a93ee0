"""Tasks that run a command in a container."""

from __future__ import annotations

import datetime
import hashlib
import inspect
import json
import os
import pathlib
import re
import shutil
from dataclasses import replace
from typing import Any, Literal

from .. import storage
from .._cache.cache import cache_from_request
from .._image import Image
from .._interface import NativeInterface
from .._logging import logger
from .._task import TaskTemplate
from ..io import Dir, File

_INPUT = re.compile(r"\{\{\.inputs\.([a-zA-Z0-9_]+)\}\}")
_TIMEDELTA = re.compile(r"(?:(\d+) days?, )?(?:(\d+):)?(\d+):(\d+)(?:\.(\d+))?")

_Binding = dict[str, dict[str, str]]


class ContainerTask(TaskTemplate[Any, Any, Any]):
    """A command in an image that need not hold Flyte (upstream: `flyte.extras.ContainerTask`; MAPPING TSK-01..06).

    `{{.inputs.x}}` in the command stands for an input; a File or Dir is mounted at `<input_data_dir>/<name>` and named
    by that path. Every output is a file of its name in `output_data_dir`. Calling the task gives a coroutine (TRAP-18).
    A local run needs Docker and its Python package.

    Args:
        name: of the task.
        image: where the command runs.
        command: and `arguments` after it; a list of strings.
        inputs: their types, by name.
        outputs: their types, by name.

    Raises:
        ValueError: for a command or argument that is not text.
        TypeError: for a setting tasks do not have, such as v1's `requests`, `limits` or `metadata`.
    """

    MetadataFormat = Literal["JSON", "YAML", "PROTO"]

    def __init__(
        self,
        name: str,
        image: str | Image,
        command: list[str],
        inputs: dict[str, type] | None = None,
        arguments: list[str] | None = None,
        outputs: dict[str, type] | None = None,
        input_data_dir: str | pathlib.Path = "/var/inputs",
        output_data_dir: str | pathlib.Path = "/var/outputs",
        metadata_format: MetadataFormat = "JSON",
        local_logs: bool = True,
        file_input_layout: Literal["DIRECT", "NAMED_DIR"] = "DIRECT",
        **kwargs: Any,
    ) -> None:
        declared = {key: (kind, inspect.Parameter.empty) for key, kind in (inputs or {}).items()}
        super().__init__(
            task_type="raw-container",
            name=name,
            image=image,
            interface=NativeInterface(declared, outputs or {}),
            **kwargs,
        )
        for label, words in (("command", command), ("arguments", arguments)):
            if any(not isinstance(word, str) for word in words or []):
                raise ValueError(f"All elements in the {label} list must be strings.")
        self._image = _as_image(image)
        self._cmd = command
        self._args = arguments
        self._input_data_dir = pathlib.Path(input_data_dir)
        self._output_data_dir = pathlib.Path(output_data_dir)
        self._metadata_format = metadata_format
        self._inputs = inputs
        self._outputs = outputs
        self.local_logs = local_logs
        self._file_input_layout = file_input_layout
        self._version_cache_by_command()

    def _version_cache_by_command(self) -> None:
        cache = cache_from_request(self.cache)
        if cache.behavior != "auto":
            return
        policies = cache.policies if isinstance(cache.policies, (list, tuple)) else [cache.policies]
        others = [each for each in policies if each is not None and type(each).__name__ != "FunctionBodyPolicy"]
        self.cache = replace(cache, policies=[ContainerBodyPolicy(self), *others])

    async def execute(self, **kwargs: Any) -> Any:
        """Run the command in a container and read its outputs.

        Raises:
            ImportError: without the `docker` package.
        """
        try:
            import docker
        except ImportError as error:
            raise ImportError(
                "Docker is not installed. Please install Docker by running `pip install docker`."
            ) from error
        output_directory = storage.get_random_local_directory()
        command, volumes = self._command_and_volumes(output_directory, kwargs)
        client = docker.from_env()
        uri = self._image.uri
        if not client.images.list(filters={"reference": uri}):
            client.images.pull(uri)
        container = client.containers.run(uri, command=command, volumes=volumes, detach=True)
        container.wait()
        if self.local_logs:
            for line in container.logs().splitlines():
                logger.debug(f"[Local Container {self.name!r}] {line!r}")
        outputs = await self._read_outputs(output_directory)
        container.remove()
        return outputs

    def _command_and_volumes(
        self, output_directory: pathlib.Path, inputs: dict[str, Any]
    ) -> tuple[list[str], _Binding]:
        volumes: _Binding = {}
        command = [self._rendered(word, inputs, volumes) for word in (self._cmd or []) + (self._args or [])]
        for name, value in inputs.items():
            self._mount(name, value, volumes)
        volumes[str(output_directory)] = {"bind": os.path.normpath(self._output_data_dir), "mode": "rw"}
        return command, volumes

    def _rendered(self, word: str, inputs: dict[str, Any], volumes: _Binding) -> str:
        by_path = re.search(rf"{re.escape(str(self._input_data_dir))}/([\w\-.]+)", word)
        names = [by_path.group(1)] if by_path else _INPUT.findall(word)
        for name in names:
            value = inputs.get(name)
            if type(value) in (File, Dir):
                if not by_path:
                    raise AssertionError(
                        "File and Directory commands should not use the template syntax like this: {{.inputs.infile}}\n"
                        "Please use a path-like syntax, such as: /var/inputs/infile.\n"
                        "This requirement is due to how Flyte Propeller processes template syntax inputs."
                    )
                continue
            text = str(value).lower() if isinstance(value, bool) else str(value)
            word = word.replace(f"{{{{.inputs.{name}}}}}", text)
        return word

    def _mount(self, name: str, value: Any, volumes: _Binding) -> None:
        target = {"bind": os.path.join(self._input_data_dir, name), "mode": "rw"}
        by_name = self._file_input_layout == "NAMED_DIR"
        if isinstance(value, list) and value and all(isinstance(each, File) for each in value):
            volumes[_staged(value, by_name)] = target
        elif isinstance(value, File) and by_name:
            volumes[_staged([value], by_name)] = target
        elif isinstance(value, (File, Dir)):
            volumes.setdefault(value.path, target)

    async def _read_outputs(self, folder: pathlib.Path) -> tuple[Any, ...]:
        return tuple([await _read_output(folder / name, kind) for name, kind in (self._outputs or {}).items()])


class ContainerBodyPolicy:
    """A cache version from what a container task runs."""

    def __init__(self, task: ContainerTask) -> None:
        self._image = task._image
        self._spec = {
            "command": list(task._cmd or []),
            "args": list(task._args or []),
            "input_data_dir": str(task._input_data_dir),
            "output_data_dir": str(task._output_data_dir),
            "metadata_format": task._metadata_format,
            "file_input_layout": task._file_input_layout,
        }

    def get_version(self, salt: str, params: Any) -> str:
        """The version of image, command and folders."""
        image = params.image if params.image not in (None, "auto") else self._image
        identity = image if isinstance(image, str) else image.uri
        body = json.dumps({"image": identity, **self._spec}, sort_keys=True)
        return hashlib.sha256((body + salt).encode("utf-8")).hexdigest()


def _as_image(image: str | Image) -> Image:
    if isinstance(image, Image):
        return image
    return Image.from_debian_base() if image == "auto" else Image.from_base(image)


def _staged(files: list[File[Any]], by_name: bool) -> str:
    """A folder with copies of the files, under their own names or their numbers."""
    folder = storage.get_random_local_directory()
    used: set[str] = set()
    for index, file in enumerate(files):
        base = (file.name or os.path.basename(file.path)) if by_name else ""
        name, count = base or str(index), 0
        while name in used:
            count += 1
            name = f"{count}_{base}"
        used.add(name)
        shutil.copy2(file.path, folder / name)
    return str(folder)


async def _read_output(path: pathlib.Path, kind: type) -> Any:
    if issubclass(kind, File):
        return await File.from_local(path)
    if issubclass(kind, Dir):
        return await Dir.from_local(path)
    text = path.read_text() if path.is_file() else None
    if issubclass(kind, bool):
        return str(text).lower() != "false"
    if issubclass(kind, datetime.datetime):
        return datetime.datetime.fromisoformat(str(text))
    if issubclass(kind, datetime.timedelta):
        return _timedelta(str(text))
    return kind(text)  # type: ignore[call-arg]


def _timedelta(text: str) -> datetime.timedelta:
    """The duration that `str(timedelta)` wrote; ValueError for another text."""
    parts = _TIMEDELTA.match(text)
    if not parts:
        raise ValueError("Invalid timedelta string format")
    days, hours, minutes, seconds, microseconds = (int(part or 0) for part in parts.groups())
    return datetime.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=microseconds)
