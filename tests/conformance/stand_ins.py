"""Empty modules in the place of packages that plugins of the real SDK import, but that are not installed.

They let the plugins be imported and their configuration be compared; nothing in them does anything.
"""

from __future__ import annotations

import importlib.util
import sys
import types
from typing import Any

_PACKAGES = {
    "distributed": (),
    "google.cloud.bigquery": (),
    "google.cloud.bigquery_storage": (),
    "google.cloud.bigquery_storage_v1": (),
    "mlflow": (),
    "prometheus_client": (),
    "pyspark": ("sql", "sql.dataframe"),
    "ray": (),
    "snowflake": ("connector",),
    "torch": (
        "distributed",
        "distributed.run",
        "distributed.elastic",
        "distributed.elastic.multiprocessing",
        "distributed.elastic.multiprocessing.errors",
        "distributed.launcher",
        "distributed.launcher.api",
    ),
    "wandb": (),
}


class _StandIn(types.ModuleType):
    __path__: list[str] = []  # noqa: RUF012 - makes it a package

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = type(name, (), {"__init__": lambda self, *args, **kwargs: None})
        setattr(self, name, made)
        return made


def _missing(package: str) -> bool:
    if package in sys.modules:
        return False
    try:
        return importlib.util.find_spec(package) is None
    except ModuleNotFoundError:
        return True


def _put(name: str) -> None:
    module = _StandIn(name)
    sys.modules[name] = module
    parent, _, leaf = name.rpartition(".")
    if parent in sys.modules:
        setattr(sys.modules[parent], leaf, module)


def install() -> None:
    """Put the stand-ins where packages are missing."""
    for package, submodules in _PACKAGES.items():
        if not _missing(package):
            continue
        parts = package.split(".")
        for depth in range(1, len(parts) + 1):
            name = ".".join(parts[:depth])
            if _missing(name):
                _put(name)
        for submodule in submodules:
            _put(f"{package}.{submodule}")
    if isinstance(sys.modules.get("torch.distributed.run"), _StandIn):
        sys.modules["torch.distributed.run"].parse_min_max_nnodes = _parse_nodes  # type: ignore[attr-defined]
        sys.modules["torch.distributed"].run = sys.modules["torch.distributed.run"]  # type: ignore[attr-defined]


def _parse_nodes(nnodes: str) -> tuple[int, int]:
    """What `torch.distributed.run.parse_min_max_nnodes` does."""
    parts = nnodes.split(":")
    if len(parts) > 2:
        raise RuntimeError(f'nnodes={nnodes} is not in "MIN:MAX" format')
    return int(parts[0]), int(parts[-1])
