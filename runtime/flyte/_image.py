"""Container images: what a task runs in, as a base and layers on it."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

from ._image_layers import (
    AptPackages,
    CodeBundleLayer,
    Commands,
    CopyConfig,
    DockerIgnore,
    DockerLines,
    Env,
    InstallMode,
    Layer,
    PipPackages,
    PixiProject,
    PixiScript,
    PoetryProject,
    Requirements,
    UVProject,
    UVScript,
    WorkDir,
    hash_file,
)
from ._initialize import get_init_config
from ._secret import Secret, SecretRequest
from ._strict_settings import check_commands, check_image_address, check_platform, check_python_version
from ._version import __version__
from .errors import ImageBuildError

Architecture = Literal["linux/amd64", "linux/arm64"]

_DEFAULT_PLATFORMS: tuple[Architecture, ...] = ("linux/amd64", "linux/arm64")
_PIXI_PLATFORMS = {"linux/amd64": "linux-64", "linux/arm64": "linux-aarch64"}
_BASE_REGISTRY = "ghcr.io/flyteorg"
_DEFAULT_NAME = "flyte"
_DEFAULT_REF_NAME = "default"
_LABELS = (
    "LABEL org.opencontainers.image.authors='Union.AI <info@union.ai>'",
    "LABEL org.opencontainers.image.source=https://github.com/flyteorg/flyte",
)
_CREATE_USER = (
    "if ! id -u flyte >/dev/null 2>&1; then"
    " useradd --create-home --shell /bin/bash flyte; fi &&"
    " mkdir -p /home/flyte &&"
    " chown -R flyte:flyte /home/flyte &&"
    " chown -R flyte:flyte /root"
)
_BASE_ENV_VARS = {
    "VIRTUAL_ENV": "/opt/venv",
    "PATH": "/opt/venv/bin:$PATH",
    "PYTHONPATH": "/root",
    "UV_LINK_MODE": "copy",
}


def _as_tuple(value: Any) -> tuple[Any, ...]:
    if isinstance(value, (list, tuple)):
        return tuple(value)
    return (value,)


def _as_tuple_or_none(value: Any) -> tuple[Any, ...] | None:
    return _as_tuple(value) if value else None


def _running_python() -> tuple[int, int]:
    return sys.version_info.major, sys.version_info.minor


def _configured_registry() -> str | None:
    """The registry given to `flyte.init`, else that of the environment. Upstream also reads a configuration file."""
    config = get_init_config()
    return (config.image_registry if config else None) or os.environ.get("FLYTE_IMAGE_REGISTRY") or None


@dataclass(frozen=True)
class Image:
    """A container image, immutable and hashable (upstream: `flyte.Image`; MAPPING section 3).

    Made by one of the `from_...` constructors and extended by `with_...` methods, which return a new image. Files are
    looked at only by `validate` and `uri`.

    Raises:
        TypeError: when instantiated directly, or when a layer is given a list instead of separate arguments.
        ValueError: when a layer is added to an image that is not extendable, has no name or is built from a Dockerfile.
    """

    base_image: str | None = None
    dockerfile: Path | None = None
    registry: str | None = None
    name: str | None = None
    platform: tuple[Architecture, ...] = ("linux/amd64",)
    python_version: tuple[int, int] = field(default_factory=_running_python)
    extendable: bool = False
    _is_cloned: bool = False
    _ref_name: str | None = None
    _layers: tuple[Layer, ...] = ()
    _tag: str | None = field(default=None, init=False)
    _image_registry_secret: Secret | None = None

    _token: ClassVar[object] = object()

    def __post_init__(self) -> None:
        if self.__dict__.pop("_guard", None) is not Image._token:
            raise TypeError(
                "Direct instantiation of Image not allowed, please use one of the various from_...() methods instead"
            )

    @classmethod
    def _new(cls, **fields: Any) -> Image:
        image = cls.__new__(cls)
        object.__setattr__(image, "_guard", cls._token)
        cls.__init__(image, **fields)
        return image

    def validate(self) -> None:
        """Raise the errors building the image would raise, e.g. for missing files."""
        for layer in self._layers:
            layer.validate()

    @classmethod
    def from_debian_base(
        cls,
        python_version: tuple[int, int] | None = None,
        flyte_version: str | None = None,
        install_flyte: bool = True,
        registry: str | None = None,
        registry_secret: str | Secret | None = None,
        name: str | None = None,
        platform: tuple[Architecture, ...] | None = None,
    ) -> Image:
        """The published Flyte image for a Python version; extendable, built only once changed (MAPPING IMG-28).

        A string as `python_version` is accepted and gives a wrong tag (TRAP-11).
        """
        check_python_version(python_version)
        check_platform(platform)
        image = cls._debian_base(
            _running_python() if python_version is None else python_version,
            flyte_version=flyte_version,
            install_flyte=install_flyte,
            platform=_DEFAULT_PLATFORMS if platform is None else platform,
        )
        if registry or name:
            return image.clone(registry=registry, name=name, registry_secret=registry_secret, extendable=True)
        return image

    @classmethod
    def _debian_base(
        cls,
        python_version: tuple[int, int],
        *,
        flyte_version: str | None,
        install_flyte: bool,
        platform: tuple[Architecture, ...],
    ) -> Image:
        python = f"{python_version[0]}.{python_version[1]}"
        common: dict[str, Any] = {
            "registry": _configured_registry(),
            "name": _DEFAULT_NAME,
            "python_version": python_version,
            "platform": platform,
            "extendable": True,
        }
        if install_flyte:
            version = __version__ if flyte_version is None else flyte_version
            tag = f"py{python}-{version if version.startswith('v') else 'v' + version}"
            return cls._new(base_image=f"{_BASE_REGISTRY}/{_DEFAULT_NAME}:{tag}", **common)
        image = cls._new(base_image=f"python:{python}-slim-bookworm", **common)
        image = image.clone(addl_layer=DockerLines(_LABELS))
        image = image.with_commands([_CREATE_USER]).with_workdir("/home/flyte").with_env_vars(_BASE_ENV_VARS)
        image = image.with_apt_packages("build-essential", "ca-certificates")
        object.__setattr__(image, "_tag", f"py{python}")
        return image

    @classmethod
    def from_base(cls, image_uri: str) -> Image:
        """An image that exists already; not extendable until cloned with a name and `extendable=True` (TRAP-12)."""
        check_image_address(image_uri)
        return cls._new(base_image=image_uri)

    @classmethod
    def from_ref_name(cls, name: str = _DEFAULT_REF_NAME) -> Image:
        """An image the configuration or the command line names (MAPPING CFG-03)."""
        return cls._new(name=name, _ref_name=name)

    @classmethod
    def from_uv_script(
        cls,
        script: Path | str,
        *,
        name: str,
        registry: str | None = None,
        registry_secret: str | Secret | None = None,
        python_version: tuple[int, int] | None = None,
        index_url: str | None = None,
        extra_index_urls: str | list[str] | tuple[str, ...] | None = None,
        pre: bool = False,
        extra_args: str | None = None,
        platform: tuple[Architecture, ...] | None = None,
        secret_mounts: SecretRequest | None = None,
    ) -> Image:
        """A Debian image with the dependencies a uv script declares."""
        layer = UVScript(
            script=Path(script),
            index_url=index_url,
            extra_index_urls=_as_tuple_or_none(extra_index_urls),
            pre=pre,
            extra_args=extra_args,
            secret_mounts=_as_tuple_or_none(secret_mounts),
        )
        base = cls.from_debian_base(
            registry=registry,
            registry_secret=registry_secret,
            install_flyte=False,
            name=name,
            python_version=python_version,
            platform=platform,
        )
        return base.clone(addl_layer=layer)

    @classmethod
    def from_pixi_script(
        cls,
        script: Path | str,
        *,
        name: str,
        registry: str | None = None,
        registry_secret: str | Secret | None = None,
        environment: str = "default",
        extra_args: str | None = None,
        platform: tuple[Architecture, ...] | None = None,
        secret_mounts: SecretRequest | None = None,
    ) -> Image:
        """A Debian image with the dependencies a pixi script declares; ValueError for an unsupported platform."""
        platforms = platform or _DEFAULT_PLATFORMS
        for architecture in platforms:
            if architecture not in _PIXI_PLATFORMS:
                raise ValueError(
                    f"Cannot build a pixi environment for platform {architecture!r}: "
                    f"supported platforms are {sorted(_PIXI_PLATFORMS)}."
                )
        layer = PixiScript(
            script=Path(script),
            platforms=tuple(_PIXI_PLATFORMS[architecture] for architecture in platforms),
            environment=environment,
            extra_args=extra_args,
            secret_mounts=_as_tuple_or_none(secret_mounts),
        )
        base = cls.from_debian_base(
            registry=registry, registry_secret=registry_secret, install_flyte=False, name=name, platform=platform
        )
        return base.clone(addl_layer=layer)

    @classmethod
    def from_dockerfile(
        cls,
        file: Path | str,
        registry: str,
        name: str,
        platform: Architecture | tuple[Architecture, ...] | None = None,
    ) -> Image:
        """An image built from a Dockerfile; never extendable."""
        fields: dict[str, Any] = {"platform": _as_tuple(platform)} if platform else {}
        return cls._new(
            dockerfile=Path(file) if type(file) is str else file,
            registry=registry,
            name=name,
            extendable=False,
            _is_cloned=True,
            **fields,
        )

    def clone(
        self,
        registry: str | None = None,
        registry_secret: str | Secret | None = None,
        name: str | None = None,
        base_image: str | None = None,
        python_version: tuple[int, int] | None = None,
        addl_layer: Layer | None = None,
        extendable: bool | None = None,
        platform: Architecture | tuple[Architecture, ...] | None = None,
    ) -> Image:
        """A copy with some properties changed, that will be built under its own tag.

        Raises:
            ValueError: when a layer is added to an image that takes none.
        """
        check_python_version(python_version)
        if addl_layer and not self.extendable:
            raise ValueError(
                "Cannot add additional layers to a non-extendable image. "
                "Please create the image with extendable=True in the clone() call."
            )
        if addl_layer and self.dockerfile:
            raise ValueError(
                "Flyte current cannot add additional layers to a Dockerfile-based Image."
                " Please amend the dockerfile directly."
            )
        name = name or self.name
        if addl_layer and not name:
            raise ValueError(
                f"Cannot add additional layer {addl_layer} to an image without name. Please first clone()."
            )
        secret = registry_secret or self._image_registry_secret
        return Image._new(
            base_image=base_image or self.base_image,
            dockerfile=self.dockerfile,
            registry=registry or self.registry,
            name=name,
            platform=_as_tuple(platform) if platform else self.platform,
            python_version=python_version or self.python_version,
            extendable=self.extendable if extendable is None else extendable,
            _is_cloned=True,
            _layers=(*self._layers, addl_layer) if addl_layer else self._layers,
            _image_registry_secret=Secret(key=secret) if isinstance(secret, str) else secret,
            _ref_name=self._ref_name,
        )

    @cached_property
    def uri(self) -> str:
        """The image's address, `[registry/]name:tag`; the tag of a changed image is a digest of its base and layers.

        Raises:
            ImageBuildError: without a base image or a name.
            FileNotFoundError: when a file of a layer is missing.
        """
        if not self._is_cloned:
            if not self.base_image:
                raise ImageBuildError(
                    f"Image has no base image URI (got {self.base_image!r}). This usually means"
                    " `Image.from_base()` was given `None` or an empty string, for example from"
                    " an unset environment variable. Pass a full image URI such as"
                    " `<registry>/<name>:<tag>`."
                )
            return self.base_image
        tag = self._tag or self._digest()
        if not self.name:
            raise ImageBuildError(
                f"Image has no name (got {self.name!r}), so its URI cannot be computed."
                " Pass `name=` when calling `clone()` on an image."
            )
        return f"{self.registry}/{self.name}:{tag}" if self.registry else f"{self.name}:{tag}"

    def _digest(self) -> str:
        hasher = hashlib.md5()
        hasher.update((self.base_image or "").encode("utf-8"))
        if self.dockerfile:
            hash_file(self.dockerfile, hasher)
        for layer in self._layers:
            layer.update_hash(hasher)
        return hasher.hexdigest()

    def with_workdir(self, workdir: str) -> Image:
        """Set the working directory."""
        return self.clone(addl_layer=WorkDir(workdir=workdir))

    def with_requirements(
        self,
        file: str | Path,
        index_url: str | None = None,
        extra_index_urls: str | list[str] | tuple[str, ...] | None = None,
        pre: bool = False,
        extra_args: str | None = None,
        secret_mounts: SecretRequest | None = None,
    ) -> Image:
        """Install a requirements file; ValueError unless it is a `.txt` (MAPPING IMG-06)."""
        file = Path(file) if isinstance(file, str) else file
        if file.suffix != ".txt":
            raise ValueError(f"Requirements file {file} must have a .txt extension")
        layer = Requirements(
            file=file,
            index_url=index_url,
            extra_index_urls=_as_tuple_or_none(extra_index_urls),
            pre=pre,
            extra_args=extra_args,
            secret_mounts=_as_tuple_or_none(secret_mounts),
        )
        return self.clone(addl_layer=layer)

    def with_pip_packages(
        self,
        *packages: str,
        index_url: str | None = None,
        extra_index_urls: str | list[str] | tuple[str, ...] | None = None,
        pre: bool = False,
        extra_args: str | None = None,
        secret_mounts: SecretRequest | None = None,
    ) -> Image:
        """Install Python packages, given as separate arguments; TypeError for a list (MAPPING IMG-04)."""
        layer = PipPackages(
            packages=packages or None,
            index_url=index_url,
            extra_index_urls=_as_tuple_or_none(extra_index_urls),
            pre=pre,
            extra_args=extra_args,
            secret_mounts=_as_tuple_or_none(secret_mounts),
        )
        return self.clone(addl_layer=layer)

    def with_env_vars(self, env_vars: dict[str, str]) -> Image:
        """Set environment variables."""
        return self.clone(addl_layer=Env.from_dict(env_vars))

    def with_source_folder(self, src: Path, dst: str = ".", copy_contents_only: bool = False) -> Image:
        """Copy a directory, or only what is in it. `src` is a Path (MAPPING IMG-09)."""
        if not copy_contents_only and dst == ".":
            dst = f"./{src.name}"
        return self.clone(addl_layer=CopyConfig(path_type=1, src=src, dst=dst))

    def with_source_file(self, src: Path | list[Path], dst: str = ".") -> Image:
        """Copy one or several files; ValueError when two have the same name."""
        if not isinstance(src, list):
            return self.clone(addl_layer=CopyConfig(path_type=0, src=src, dst=dst))
        names = [path.name for path in src]
        duplicates = sorted({name for name in names if names.count(name) > 1})
        if duplicates:
            raise ValueError(
                f"Multiple files with the same name would overwrite each other at destination '{dst}': {duplicates}"
            )
        image = self
        for path in src:
            image = image.with_source_file(path, dst)
        return image

    def with_code_bundle(
        self, copy_style: Literal["loaded_modules", "all"] = "loaded_modules", dst: str = "."
    ) -> Image:
        """Copy the project's code when it is not shipped separately."""
        return self.clone(addl_layer=CodeBundleLayer(copy_style=copy_style, dst=dst))

    def with_dockerignore(self, path: Path) -> Image:
        """Leave out of the build context what a `.dockerignore` file names."""
        return self.clone(addl_layer=DockerIgnore(path=str(path)))

    def with_uv_project(
        self,
        pyproject_file: str | Path,
        uvlock: Path | None = None,
        index_url: str | None = None,
        extra_index_urls: list[str] | tuple[str, ...] | None = None,
        pre: bool = False,
        extra_args: str | None = None,
        secret_mounts: SecretRequest | None = None,
        project_install_mode: InstallMode = "dependencies_only",
    ) -> Image:
        """Install a uv project's dependencies, or the project. `uvlock` defaults to the lock file beside it, if any."""
        pyproject = Path(pyproject_file)
        layer = UVProject(
            pyproject=pyproject,
            uvlock=uvlock or _existing(pyproject.parent / "uv.lock"),
            index_url=index_url,
            extra_index_urls=_as_tuple_or_none(extra_index_urls),
            pre=pre,
            extra_args=extra_args,
            secret_mounts=_as_tuple_or_none(secret_mounts),
            project_install_mode=project_install_mode,
        )
        return self.clone(addl_layer=layer)

    def with_poetry_project(
        self,
        pyproject_file: str | Path,
        poetry_lock: Path | None = None,
        extra_args: str | None = None,
        secret_mounts: SecretRequest | None = None,
        project_install_mode: InstallMode = "dependencies_only",
    ) -> Image:
        """Install a Poetry project's dependencies, or the project. `poetry_lock` defaults to the one beside it."""
        pyproject = Path(pyproject_file)
        layer = PoetryProject(
            pyproject=pyproject,
            poetry_lock=poetry_lock or pyproject.parent / "poetry.lock",
            extra_args=extra_args,
            secret_mounts=_as_tuple_or_none(secret_mounts),
            project_install_mode=project_install_mode,
        )
        return self.clone(addl_layer=layer)

    def with_pixi_project(
        self,
        manifest_file: str | Path,
        pixi_lock: Path | None = None,
        environment: str = "default",
        extra_args: str | None = None,
        secret_mounts: SecretRequest | None = None,
        project_install_mode: InstallMode = "dependencies_only",
    ) -> Image:
        """Install an environment of a pixi project, given by its manifest or its directory."""
        manifest = Path(manifest_file)
        if manifest.is_dir():
            manifest = _existing(manifest / "pixi.toml") or manifest / "pyproject.toml"
        layer = PixiProject(
            manifest=manifest,
            pixi_lock=pixi_lock or _existing(manifest.parent / "pixi.lock"),
            environment=environment,
            extra_args=extra_args,
            secret_mounts=_as_tuple_or_none(secret_mounts),
            project_install_mode=project_install_mode,
        )
        return self.clone(addl_layer=layer)

    def with_apt_packages(self, *packages: str, secret_mounts: SecretRequest | None = None) -> Image:
        """Install Debian packages, given as separate arguments; TypeError for a list (MAPPING IMG-05)."""
        return self.clone(addl_layer=AptPackages(packages=packages, secret_mounts=_as_tuple_or_none(secret_mounts)))

    def with_commands(self, commands: list[str], secret_mounts: SecretRequest | None = None) -> Image:
        """Run shell commands, given as one list; a second positional argument is a secret (TRAP-10)."""
        check_commands(commands)
        return self.clone(
            addl_layer=Commands(commands=_as_tuple(commands), secret_mounts=_as_tuple_or_none(secret_mounts))
        )

    def __img_str__(self) -> str:
        details = [f"Base Image: {self.base_image}"] if self.base_image else []
        if self.dockerfile and not self.base_image:
            details.append(f"Dockerfile: {self.dockerfile}")
        for label, value in (("Registry", self.registry), ("Name", self.name), ("Platform", self.platform)):
            if value:
                details.append(f"{label}: {value}")
        return "\n".join([*details, *(f"Layer: {layer}" for layer in self._layers)])


def _existing(path: Path) -> Path | None:
    return path if path.exists() else None
