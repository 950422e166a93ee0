"""uv, Poetry and pixi projects: lock files beside the project, and what validation says of missing files."""

import pathlib

import flyte
from conformance_support import caught

base = flyte.Image.from_debian_base(python_version=(3, 12), name="n", registry="r")


def main():
    for name in ("pyproject.toml", "uv.lock", "poetry.lock", "pixi.toml", "pixi.lock"):
        pathlib.Path(name).write_text(name)
    return [
        base.with_uv_project("pyproject.toml").uri,
        base.with_uv_project("pyproject.toml", extra_args="--no-dev").uri,
        base.with_uv_project("pyproject.toml", project_install_mode="install_project").uri,
        base.with_poetry_project("pyproject.toml").uri,
        base.with_poetry_project(pathlib.Path("pyproject.toml"), extra_args="--no-root").uri,
        base.with_pixi_project(".").uri,
        base.with_pixi_project("pixi.toml", environment="gpu").uri,
        base.with_pixi_project(".").validate(),
        caught(lambda: base.with_uv_project("missing/pyproject.toml").validate())["class"],
        caught(lambda: base.with_poetry_project("missing.toml").validate())["class"],
        caught(lambda: base.with_pixi_project("uv.lock").validate())["class"],
    ]
