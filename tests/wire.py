"""What a program sends to the platform, read from the real SDKs: resources and images of its tasks, as JSON.

``python -m tests.wire v1|v2 tasks|images <folder> <module>`` prints one entry per task, or per image.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any


def of(sdk: str, kind: str, folder: Path, module: str) -> dict[str, Any]:
    """The tasks or the images of a program under one SDK."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), "HOME": tempfile.mkdtemp()}
    done = subprocess.run(
        [sys.executable, "-m", "tests.wire", sdk, kind, str(folder), module],
        capture_output=True,
        text=True,
        env=environment,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _container(template: Any) -> dict[str, Any]:
    """Requests, limits and extended resources of a task template (the messages of both SDKs have the same shape)."""
    from google.protobuf.json_format import MessageToDict

    data = MessageToDict(template)
    extended = data.get("extendedResources", {})
    resources = data.get("container", {}).get("resources", {})
    return {
        "requests": {e["name"]: e["value"] for e in resources.get("requests", [])},
        "limits": {e["name"]: e["value"] for e in resources.get("limits", [])},
        "accelerator": extended.get("gpuAccelerator"),
        "shared_memory": extended.get("sharedMemory", {}).get("sizeLimit") if "sharedMemory" in extended else None,
        "shared": "sharedMemory" in extended,
        "env": {e["key"]: e["value"] for e in data.get("container", {}).get("env", [])},
    }


def _image_v1(spec: Any) -> dict[str, Any]:
    """What an ImageSpec asks for, that of its base image included."""
    from flytekit import ImageSpec

    below = _image_v1(spec.base_image) if isinstance(spec.base_image, ImageSpec) else _nothing(spec.base_image)
    return {
        "base": below["base"],
        "name": spec.name if spec.name != "flytekit" else below["name"],
        "registry": spec.registry or below["registry"],
        "python": ".".join(spec.python_version.split(".")[:2]) if spec.python_version else below["python"],
        "platform": spec.platform.split(",") if spec.platform else below["platform"],
        "apt": [*below["apt"], *(spec.apt_packages or [])],
        "pip": [*below["pip"], *(p for p in spec.packages or [] if not p.startswith("flyte"))],
        "requirements": [*below["requirements"], *([spec.requirements] if spec.requirements else [])],
        "index": [*below["index"], *filter(None, [spec.pip_index])],
        "extra_index": [*below["extra_index"], *(spec.pip_extra_index_url or [])],
        "pip_args": [*below["pip_args"], *filter(None, [spec.pip_extra_args])],
        "env": {**below["env"], **(spec.env or {})},
        "commands": [*below["commands"], *(spec.commands or [])],
        "copy": [*below["copy"], *(str(Path(c)) for c in spec.copy or [])],
    }


def _nothing(base: str | None) -> dict[str, Any]:
    lists = {key: [] for key in ("apt", "pip", "requirements", "index", "extra_index", "pip_args", "commands", "copy")}
    return {"base": base, "name": None, "registry": None, "python": None, "platform": None, "env": {}, **lists}


def _image_v2(image: Any) -> dict[str, Any]:
    """What a flyte.Image is made of."""
    import flyte

    debian = flyte.Image.from_debian_base(python_version=image.python_version).base_image
    found = _nothing(image.base_image if image.base_image != debian else None)
    found["name"] = image.name if image.name != "flyte" else None
    found["registry"] = (
        image.registry if image.base_image != debian or image.registry != debian.split("/flyte:")[0] else None
    )
    found["python"] = ".".join(map(str, image.python_version))
    found["platform"] = list(image.platform)
    for layer in image._layers:
        kind = type(layer).__name__
        if kind == "AptPackages":
            found["apt"] += layer.packages
        elif kind in ("PipPackages", "Requirements"):
            if kind == "Requirements":
                found["requirements"].append(str(layer.file))
            else:
                found["pip"] += [p for p in layer.packages if not p.startswith("flyte")]
            found["index"] += filter(None, [layer.index_url])
            found["extra_index"] += layer.extra_index_urls or ()
            found["pip_args"] += filter(None, [layer.extra_args])
        elif kind == "Env":
            found["env"].update(dict(layer.env_vars))
        elif kind == "Commands":
            found["commands"] += layer.commands
        elif kind == "CopyConfig":
            found["copy"].append(str(layer.src))
        elif kind != "_DockerLines":
            raise AssertionError(f"unknown layer {kind}")
    return found


def _tasks_v1(module: Any) -> dict[str, Any]:
    from collections import OrderedDict

    from flytekit.configuration import Image, ImageConfig, SerializationSettings
    from flytekit.core.python_function_task import PythonFunctionTask
    from flytekit.tools.translator import get_serializable

    settings = SerializationSettings(ImageConfig(Image("default", "registry/image", "tag")), "p", "d", "v")
    found = {}
    for value in vars(module).values():
        if isinstance(value, PythonFunctionTask):
            template = get_serializable(OrderedDict(), settings, value).template.to_flyte_idl()
            found[value.task_function.__name__] = _container(template)
    return found


def _tasks_v2(module: Any) -> dict[str, Any]:
    import flyte
    from flyte._internal.image_cache import ImageCache
    from flyte._internal.runtime.task_serde import translate_task_to_wire
    from flyte.models import CodeBundle, SerializationContext

    context = SerializationContext(
        version="v0",
        project="p",
        domain="d",
        org="o",
        root_dir=Path("."),
        image_cache=ImageCache(image_lookup={}),
        code_bundle=CodeBundle(computed_version="v0", tgz="s3://x/y.tgz", destination="."),
    )
    found = {}
    for environment in vars(module).values():
        if isinstance(environment, flyte.TaskEnvironment):
            for task in environment.tasks.values():
                found[task.short_name] = _container(translate_task_to_wire(task, context).task_template)
    return found


def _images_v1(module: Any) -> dict[str, Any]:
    from flytekit import ImageSpec

    return {name: _image_v1(value) for name, value in vars(module).items() if isinstance(value, ImageSpec)}


def _images_v2(module: Any) -> dict[str, Any]:
    import flyte

    return {name: _image_v2(value) for name, value in vars(module).items() if isinstance(value, flyte.Image)}


def main() -> None:
    sdk, kind, folder, name = sys.argv[1:5]
    sys.path.insert(0, folder)
    module = importlib.import_module(name)
    readers = {
        ("v1", "tasks"): _tasks_v1,
        ("v2", "tasks"): _tasks_v2,
        ("v1", "images"): _images_v1,
        ("v2", "images"): _images_v2,
    }
    print(json.dumps(readers[sdk, kind](module)))


if __name__ == "__main__":
    main()
