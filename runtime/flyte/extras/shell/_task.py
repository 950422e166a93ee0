"""Shell tasks: a script, the container task that runs it, and the conversion of its inputs and outputs."""

from __future__ import annotations

import pathlib
import shlex
from typing import Any

from ..._environment import TaskEnvironment
from ..._image import Image
from ..._resources import Resources
from ...io import Dir, File
from .._container import ContainerTask
from ._render import DICT_SEPARATOR, Script
from ._types import (
    SCALARS,
    FlagSpec,
    Glob,
    Stderr,
    Stdout,
    check_default,
    check_outputs,
    kind_of,
    listMode,
    without_none,
)

_LONGEST_SHOWN = 4000
_AS_TEXT = ("scalar", "bool", "dict_str")


class Shell:
    """A shell task; calling it is a coroutine that gives its outputs."""

    input_data_dir = pathlib.Path("/var/inputs")
    output_data_dir = pathlib.Path("/var/outputs")

    def __init__(
        self,
        name: str,
        image: str | Image,
        inputs: dict[str, Any],
        outputs: dict[str, Any],
        script: str,
        flag_aliases: dict[str, FlagSpec],
        defaults: dict[str, Any],
        shell: str,
        debug: bool,
        settings: dict[str, Any],
    ) -> None:
        self.name = name
        self.image = image
        self.inputs = inputs
        self.outputs = outputs
        self.script = script
        self.flag_aliases = flag_aliases
        self.defaults = defaults
        self.shell = shell
        self.debug = debug
        self._settings = settings
        self._task: ShellContainerTask | None = None
        self._env: TaskEnvironment | None = None

    def as_task(self) -> ShellContainerTask:
        """The container task that runs the script; always the same."""
        if self._task is None:
            self._task = ShellContainerTask(self)
        return self._task

    @property
    def env(self) -> TaskEnvironment:
        """The environment of the task, for `depends_on` of the environments that call it."""
        if self._env is None:
            self._env = TaskEnvironment.from_task(self.name, self.as_task())
        return self._env

    async def __call__(self, **kwargs: Any) -> Any:
        return await self._unpacked(await self.as_task()(**self._arguments(kwargs)))

    def _arguments(self, given: dict[str, Any]) -> dict[str, Any]:
        """The inputs of the container task; TypeError for a missing one."""
        given = {**self.defaults, **given}
        return {name: self._argument(name, annotation, given) for name, annotation in self.inputs.items()}

    def _argument(self, name: str, annotation: Any, given: dict[str, Any]) -> Any:
        optional, _ = without_none(annotation)
        kind = kind_of(name, annotation)
        if name not in given and not optional:
            raise TypeError(f"Missing required input: {name!r}")
        value = given.get(name)
        if value is None and optional:
            return "" if kind in _AS_TEXT else None
        if kind == "dict_str" and isinstance(value, dict):
            words = [word for pair in value.items() for word in pair]
            if any(DICT_SEPARATOR in word for word in words):
                raise ValueError(f"dict input {name!r}: keys/values cannot contain the record-separator byte (\\x1e).")
            return DICT_SEPARATOR.join(words)
        if optional and kind in ("scalar", "bool"):
            return ("true" if value else "false") if kind == "bool" else str(value)
        return value

    async def _unpacked(self, raw: Any) -> Any:
        """The outputs, with the folders of `Glob`s as lists of files."""
        values = raw if isinstance(raw, tuple) else (raw,)
        if len(values) != len(self.outputs):
            return raw
        unpacked: list[Any] = []
        for spec, value in zip(self.outputs.values(), values, strict=True):
            if isinstance(spec, Glob) and isinstance(value, Dir):
                found = sorted(pathlib.Path(await value.download()).glob(spec.pattern))
                unpacked.append([await File.from_local(str(path)) for path in found if path.is_file()])
            else:
                unpacked.append(value)
        return tuple(unpacked) if isinstance(raw, tuple) else unpacked[0]

    def _container_inputs(self) -> dict[str, Any]:
        return {name: _container_input(name, annotation) for name, annotation in self.inputs.items()}

    def _container_outputs(self) -> dict[str, Any]:
        return {
            name: Dir if isinstance(spec, Glob) else spec.type if isinstance(spec, (Stdout, Stderr)) else spec
            for name, spec in self.outputs.items()
        }

    def _command(self) -> list[str]:
        flags = {name: FlagSpec.coerce(name, self.flag_aliases.get(name)) for name in self.inputs}
        script = Script(self.inputs, self.outputs, flags, self.input_data_dir, self.output_data_dir)
        body = script.render(self.script)
        streams = {kind: self.output_data_dir / f"_{kind.__name__.lower()}" for kind in (Stdout, Stderr)}
        streams |= {
            type(spec): self.output_data_dir / name for name, spec in self.outputs.items() if type(spec) in streams
        }
        before, after = self._debug_lines(body, streams) if self.debug else ("", "")
        wrapped = (
            f"{self._make_folders()} {before}set -o pipefail; ( {body} ) > {streams[Stdout]} 2> {streams[Stderr]}; "
            f"_rc=$?; {after}echo $_rc > {self.output_data_dir / '_returncode'}; exit $_rc"
        )
        return [self.shell, "-c", wrapped, "_shell_task", *script.arguments]

    def _make_folders(self) -> str:
        folders = [
            f"mkdir -p {shlex.quote(str(self.output_data_dir / name))}"
            for name, spec in self.outputs.items()
            if isinstance(spec, Glob) or (isinstance(spec, type) and issubclass(spec, Dir))
        ]
        return "; ".join(folders) + ";" if folders else ""

    def _debug_lines(self, body: str, streams: dict[Any, pathlib.Path]) -> tuple[str, str]:
        def title(text: str) -> str:
            return f'echo "--- shell task {self.name!r}: {text} ---" >&2; '

        listing = f"ls -la {shlex.quote(str(self.input_data_dir))} >&2 || true; "
        command = f"cat <<'_FLYTE_SHELL_DEBUG_' >&2\n{body}\n_FLYTE_SHELL_DEBUG_\n"
        before = title(f"staged inputs ({self.input_data_dir})") + listing + title("rendered command") + command
        shown = [
            title(f"captured {kind.__name__.lower()}") + f"cat {path} >&2 || true; " for kind, path in streams.items()
        ]
        return before, "".join(shown)


class ShellContainerTask(ContainerTask):
    """The container task of a shell task."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(
            name=shell.name,
            image=shell.image,
            command=shell._command(),
            inputs=shell._container_inputs(),
            outputs=shell._container_outputs(),
            input_data_dir=str(shell.input_data_dir),
            output_data_dir=str(shell.output_data_dir),
            file_input_layout="NAMED_DIR",
            **shell._settings,
        )

    async def _read_outputs(self, folder: pathlib.Path) -> tuple[Any, ...]:
        code = _text(folder / "_returncode").strip() or "-1"
        ended = (
            f"Script exited with returncode={int(code)}.\n"
            f"{_shown('stdout', _text(folder / '_stdout'))}{_shown('stderr', _text(folder / '_stderr'))}"
        )
        try:
            outputs = await super()._read_outputs(folder)
        except (ValueError, OSError) as error:
            raise FileNotFoundError(f"{error}\n\n{ended}") from error
        if int(code) != 0:
            raise RuntimeError(ended)
        return outputs


def _container_input(name: str, annotation: Any) -> Any:
    optional, inner = without_none(annotation)
    if kind_of(name, annotation) == "dict_str" or (optional and inner in SCALARS):
        return str
    return inner | None if optional else inner


def _text(path: pathlib.Path) -> str:
    return path.read_text() if path.exists() else ""


def _shown(stream: str, text: str) -> str:
    size = len(text)
    if size > _LONGEST_SHOWN:
        text = f"{text[:_LONGEST_SHOWN]}\n... [truncated {size - _LONGEST_SHOWN} bytes]"
    return f"--- {stream} ({size} bytes) ---\n{text}" + ("" if text.endswith("\n") else "\n")


def _check_helper_names(inputs: dict[str, Any]) -> None:
    owner: dict[str, str] = {}
    for name in inputs:
        for helper in (f"_VAL_{name}", f"_FLAG_{name}", f"_ARR_{name}"):
            if helper in owner:
                raise ValueError(
                    f"Input names {owner[helper]!r} and {name!r} collide in generated shell helper name {helper!r}. "
                    "Rename one input."
                )
            owner[helper] = name


def create(
    name: str,
    *,
    image: str | Image,
    inputs: dict[str, Any] | None = None,
    outputs: dict[str, Any] | None = None,
    script: str,
    flag_aliases: dict[str, str | tuple[str, listMode] | FlagSpec] | None = None,
    defaults: dict[str, Any] | None = None,
    shell: str = "/bin/bash",
    debug: bool = False,
    resources: Resources | None = None,
    retries: int = 0,
    timeout: int | None = None,
    cache: str = "auto",
    env_vars: dict[str, str] | None = None,
    secrets: list[Any] | None = None,
    local_logs: bool = True,
) -> Shell:
    """A task that runs a script in a container; a local run needs Docker.

    Args:
        name: of the task.
        image: with bash and the tools of the script.
        inputs: their types; in the script `{inputs.x}`, or `{flags.x}` for a flag and its value.
        outputs: their types or collectors; in the script `{outputs.x}` is where to write one.
        script: the text for bash.
        flag_aliases: how flags are written, when not as `-<name>`.
        defaults: values of inputs that are not given.

    Raises:
        TypeError: for a type that cannot be an input, output or image, or a default that does not fit.
        KeyError: for a flag, default or placeholder of an undeclared input.
        ValueError: for a default of None or an unknown placeholder.
    """
    inputs, outputs, defaults = dict(inputs or {}), dict(outputs or {}), dict(defaults or {})
    _check_helper_names(inputs)
    for each, annotation in inputs.items():
        kind_of(each, annotation)
    check_outputs(outputs)
    aliases = flag_aliases or {}
    for setting, names in (("flag_aliases", aliases), ("defaults", defaults)):
        for each in names:
            if each not in inputs:
                raise KeyError(f"{setting} references {each!r} which is not declared in inputs.")
    for each, value in defaults.items():
        check_default(each, value, inputs[each])
    if not isinstance(image, (str, Image)):
        raise TypeError(f"image must be a URI string or a flyte.Image, got {type(image).__name__}.")
    settings = {
        "resources": resources or Resources(cpu=1, memory="1Gi"),
        "retries": retries,
        "timeout": timeout,
        "cache": cache,
        "env_vars": env_vars,
        "secrets": secrets,
        "local_logs": local_logs,
    }
    return Shell(
        name=name,
        image=image,
        inputs=inputs,
        outputs=outputs,
        script=script,
        flag_aliases={each: FlagSpec.coerce(each, alias) for each, alias in aliases.items()},
        defaults=defaults,
        shell=shell,
        debug=debug,
        settings=settings,
    )
