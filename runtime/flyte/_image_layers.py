"""The layers of an image and how each takes part in the image's tag."""

from __future__ import annotations

import dataclasses
import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from ._repr import constructor_repr
from ._secret import Secret
from .errors import ImageBuildError

InstallMode = Literal["dependencies_only", "install_project"]
SecretMounts = tuple[str | Secret, ...] | None


class Hasher(Protocol):
    """What a layer feeds itself to, e.g. `hashlib.md5()`."""

    def update(self, data: bytes, /) -> None: ...


def _hash_text(hasher: Hasher, *texts: object) -> None:
    hasher.update("".join(str(text) for text in texts).encode("utf-8"))


def hash_file(path: Path, hasher: Hasher) -> None:
    """Feed the content of a file to `hasher`; FileNotFoundError when it does not exist."""
    with open(path, "rb") as stream:
        while block := stream.read(65536):
            hasher.update(block)


def _hash_source_file(path: str, relative: str, hasher: Hasher) -> None:
    if not os.path.exists(path) or stat.S_ISSOCK(os.stat(path).st_mode):
        return
    hash_file(Path(path), hasher)
    _hash_text(hasher, *relative.split(os.sep))


def _hash_source(source: Path, hasher: Hasher) -> None:
    if not source.is_dir():
        _hash_source_file(str(source), source.name, hasher)
        return
    for root, _, files in os.walk(source):
        for name in sorted(files):
            path = os.path.join(root, name)
            _hash_source_file(path, os.path.relpath(path, source), hasher)


def _reject_list(layer: object, name: str, value: object, index: int | None = None) -> None:
    if isinstance(value, list):
        what = f"is a list: {value!r}" if index is None else f"contains a list at index {index}: {value!r}"
        raise TypeError(
            f"{type(layer).__name__} field '{name}' {what}. "
            f"Hint: Pass items as separate arguments, e.g., 'vim', 'git' instead of ['vim', 'git']."
        )


@constructor_repr
@dataclass(frozen=True, kw_only=True)
class Layer:
    """One step of building an image. TypeError when a field is, or holds, a list: layers are hashable."""

    def __post_init__(self) -> None:
        for each in dataclasses.fields(self):
            value = getattr(self, each.name)
            _reject_list(self, each.name, value)
            for index, item in enumerate(value if isinstance(value, tuple) else ()):
                _reject_list(self, each.name, item, index)

    def update_hash(self, hasher: Hasher) -> None:
        """Feed what decides the layer's content to `hasher`."""

    def validate(self) -> None:
        """Raise when the layer cannot be built, e.g. for a missing file."""


@constructor_repr
@dataclass(frozen=True, kw_only=True)
class PipOption:
    """Options of the package installer."""

    index_url: str | None = None
    extra_index_urls: tuple[str, ...] | None = None
    pre: bool = False
    extra_args: str | None = None
    secret_mounts: SecretMounts = None

    def get_pip_install_args(self) -> list[str]:
        """The options as command line arguments."""
        args = [f"--index-url {self.index_url}"] if self.index_url else []
        args += [f"--extra-index-url {url}" for url in self.extra_index_urls or ()]
        args += ["--pre"] if self.pre else []
        return args + ([self.extra_args] if self.extra_args else [])

    def update_hash(self, hasher: Hasher) -> None:
        """Feed the options that are set to `hasher`."""
        _hash_text(
            hasher,
            self.index_url or "",
            *(self.extra_index_urls or ()),
            self.pre or "",
            self.extra_args or "",
            *(self.secret_mounts or ()),
        )


@constructor_repr
@dataclass(frozen=True, kw_only=True)
class PipPackages(PipOption, Layer):
    """Packages from a Python package index."""

    packages: tuple[str, ...] | None = None

    def update_hash(self, hasher: Hasher) -> None:
        super().update_hash(hasher)
        _hash_text(hasher, *(self.packages or ()))


@constructor_repr
@dataclass(frozen=True, kw_only=True)
class Requirements(PipPackages):
    """Packages listed in a requirements file."""

    file: Path

    def update_hash(self, hasher: Hasher) -> None:
        super().update_hash(hasher)
        hash_file(self.file, hasher)


def _require_file(path: Path, missing: str, not_a_file: str) -> None:
    if not path.exists():
        raise FileNotFoundError(missing)
    if not path.is_file():
        raise ValueError(not_a_file)


def _hash_project(hasher: Hasher, mode: InstallMode, files: Iterable[Path | None], project: Path) -> None:
    """The files that pin the dependencies, or the whole project when it is installed too.

    Upstream leaves out what `.dockerignore` excludes; that is not done here.
    """
    if mode != "dependencies_only":
        _hash_source(project, hasher)
        return
    for file in files:
        if file is not None:
            hash_file(file, hasher)


@constructor_repr
@dataclass(frozen=True)
class UVProject(PipOption, Layer):
    """The dependencies of a uv project, or the project itself."""

    pyproject: Path
    uvlock: Path | None = None
    project_install_mode: InstallMode = "dependencies_only"

    def validate(self) -> None:
        file = self.pyproject.resolve()
        _require_file(
            self.pyproject, f"pyproject.toml file {file} does not exist", f"Pyproject file {file} is not a file"
        )
        if self.uvlock is not None and not self.uvlock.exists():
            raise ValueError(f"UVLock file {self.uvlock.resolve()} does not exist")

    def update_hash(self, hasher: Hasher) -> None:
        super().update_hash(hasher)
        _hash_project(hasher, self.project_install_mode, (self.uvlock, self.pyproject), self.pyproject.parent)


@constructor_repr
@dataclass(frozen=True)
class PoetryProject(Layer):
    """The dependencies of a Poetry project, or the project itself."""

    pyproject: Path
    poetry_lock: Path
    extra_args: str | None = None
    project_install_mode: InstallMode = "dependencies_only"
    secret_mounts: SecretMounts = None

    def validate(self) -> None:
        file = self.pyproject
        _require_file(file, f"pyproject.toml file {file} does not exist", f"Pyproject file {file} is not a file")
        if not self.poetry_lock.exists():
            raise ValueError(f"poetry.lock file {self.poetry_lock} does not exist")

    def update_hash(self, hasher: Hasher) -> None:
        _hash_text(hasher, self.extra_args or "", *(self.secret_mounts or ()))
        _hash_project(hasher, self.project_install_mode, (self.poetry_lock, self.pyproject), self.pyproject.parent)


@constructor_repr
@dataclass(frozen=True)
class PixiProject(Layer):
    """An environment of a pixi project, or the project itself."""

    manifest: Path
    pixi_lock: Path | None = None
    environment: str = "default"
    extra_args: str | None = None
    project_install_mode: InstallMode = "dependencies_only"
    secret_mounts: SecretMounts = None

    def validate(self) -> None:
        file = self.manifest.resolve()
        _require_file(self.manifest, f"Pixi manifest file {file} does not exist", f"Pixi manifest {file} is not a file")
        if self.manifest.name not in ("pixi.toml", "pyproject.toml"):
            raise ValueError(
                f"Pixi manifest {file} must be named 'pixi.toml' or 'pyproject.toml', "
                "since pixi only discovers manifests with those names."
            )
        if self.pixi_lock is not None and not self.pixi_lock.exists():
            raise ValueError(f"Pixi lock file {self.pixi_lock.resolve()} does not exist")

    def update_hash(self, hasher: Hasher) -> None:
        _hash_text(hasher, self.environment, self.extra_args or "", *(self.secret_mounts or ()))
        _hash_project(hasher, self.project_install_mode, (self.pixi_lock, self.manifest), self.manifest.parent)


def _script_metadata(script: Path) -> str:
    """The PEP 723 block of a script; FileNotFoundError without the script, ValueError without the block."""
    if not script.is_file():
        raise FileNotFoundError(f"File not found: {script}")
    block = re.search(r"# /// script\s*(.*?)# ///", script.read_text(encoding="utf-8"), re.DOTALL)
    if block is None:
        raise ValueError("No uv metadata block found")
    return "\n".join(line.lstrip("# ").rstrip() for line in block.group(1).splitlines())


def _require_script(tool: str, script: Path) -> None:
    _require_file(script, f"{tool} script {script} does not exist", f"{tool} script {script} is not a file")
    if script.suffix != ".py":
        raise ValueError(f"{tool} script {script} must have a .py extension")


@constructor_repr
@dataclass(frozen=True)
class UVScript(PipOption, Layer):
    """The dependencies a uv script declares. The tag follows the text of its metadata, not upstream's parse of it."""

    script: Path
    script_name: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "script_name", self.script.name)

    def validate(self) -> None:
        _require_script("UV", self.script)

    def update_hash(self, hasher: Hasher) -> None:
        _hash_text(hasher, _script_metadata(self.script))
        super().update_hash(hasher)


@constructor_repr
@dataclass(frozen=True)
class PixiScript(Layer):
    """The dependencies a pixi script declares. The tag follows the text of its metadata."""

    script: Path
    script_name: str = field(init=False)
    platforms: tuple[str, ...] = ("linux-64",)
    environment: str = "default"
    extra_args: str | None = None
    secret_mounts: SecretMounts = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "script_name", self.script.name)
        super().__post_init__()

    def validate(self) -> None:
        _require_script("Pixi", self.script)

    def update_hash(self, hasher: Hasher) -> None:
        _hash_text(hasher, _script_metadata(self.script), self.environment, self.extra_args or "")
        _hash_text(hasher, *(self.secret_mounts or ()))


@constructor_repr
@dataclass(frozen=True)
class AptPackages(Layer):
    """Debian packages."""

    packages: tuple[str, ...]
    secret_mounts: SecretMounts = None

    def update_hash(self, hasher: Hasher) -> None:
        _hash_text(hasher, *self.packages, *(self.secret_mounts or ()))


@constructor_repr
@dataclass(frozen=True)
class Commands(Layer):
    """Shell commands."""

    commands: tuple[str, ...]
    secret_mounts: SecretMounts = None

    def update_hash(self, hasher: Hasher) -> None:
        _hash_text(hasher, *self.commands, *(self.secret_mounts or ()))


@constructor_repr
@dataclass(frozen=True)
class WorkDir(Layer):
    """The working directory."""

    workdir: str

    def update_hash(self, hasher: Hasher) -> None:
        _hash_text(hasher, self.workdir)


@constructor_repr
@dataclass(frozen=True)
class DockerIgnore(Layer):
    """What the build context leaves out."""

    path: str

    def update_hash(self, hasher: Hasher) -> None:
        path = Path(self.path)
        if path.exists():
            hash_file(path, hasher)
        else:
            _hash_text(hasher, self.path)


@constructor_repr
@dataclass(frozen=True)
class CopyConfig(Layer):
    """A file (0) or directory (1) copied into the image."""

    path_type: Literal[0, 1]
    src: Path
    dst: str

    def __post_init__(self) -> None:
        # As upstream, no check for lists here.
        if self.path_type not in (0, 1):
            raise ValueError(f"Invalid path_type {self.path_type}, must be 0 (file) or 1 (directory)")
        if not isinstance(self.src, Path):
            object.__setattr__(self, "src", Path(self.src))  # type: ignore[unreachable]

    def validate(self) -> None:
        source = self.src.absolute()
        if not source.exists():
            raise ImageBuildError(f"Source folder {source} does not exist")
        if not source.is_dir() and self.path_type == 1:
            raise ImageBuildError(f"Source folder {source} is not a directory")
        if not source.is_file() and self.path_type == 0:
            raise ImageBuildError(f"Source file {source} is not a file")

    def update_hash(self, hasher: Hasher) -> None:
        _hash_source(self.src, hasher)
        _hash_text(hasher, self.dst)


@constructor_repr
@dataclass(frozen=True)
class CodeBundleLayer(Layer):
    """The project's code, copied in when it is not shipped separately."""

    copy_style: Literal["loaded_modules", "all"]
    dst: str = "."
    root_dir: Path | None = None

    def update_hash(self, hasher: Hasher) -> None:
        # Only a deployment knows the root; upstream has no tag before that either.
        raise ValueError("root_dir not set for CodeBundleLayer")


@constructor_repr
@dataclass(frozen=True)
class DockerLines(Layer):
    """Literal lines of a Dockerfile."""

    lines: tuple[str, ...]

    def update_hash(self, hasher: Hasher) -> None:
        _hash_text(hasher, *self.lines)


@constructor_repr
@dataclass(frozen=True)
class Env(Layer):
    """Environment variables."""

    env_vars: tuple[tuple[str, str], ...] = ()

    def update_hash(self, hasher: Hasher) -> None:
        _hash_text(hasher, " ".join(f"{name}={value}" for name, value in self.env_vars))

    @classmethod
    def from_dict(cls, envs: dict[str, Any]) -> Env:
        """The variables of a dictionary, in its order."""
        return cls(env_vars=tuple(envs.items()))
