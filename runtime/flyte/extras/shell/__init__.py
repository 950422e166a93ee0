"""Command line tools in containers as tasks (upstream: `flyte.extras.shell`; MAPPING TSK-07)."""

from __future__ import annotations

from ._task import create
from ._types import DictMode, FlagSpec, Glob, OutputSpec, Stderr, Stdout, listMode

__all__ = ["DictMode", "FlagSpec", "Glob", "OutputSpec", "Stderr", "Stdout", "create", "listMode"]
