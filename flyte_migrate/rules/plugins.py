"""``task_config=`` and the classes of ``flytekitplugins`` → ``plugin_config=`` and ``flyteplugins`` (PLG-01…23)."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from flyte_migrate.rewrite.template import argument
from flyte_migrate.rewrite.view import FileView


def plugin_argument(view: FileView, args: Mapping[str, cst.Arg], originals: Mapping[str, cst.Arg]) -> list[cst.Arg]:
    """The environment's ``plugin_config=`` for ``task_config=``."""
    return [argument(args["task_config"].value, "plugin_config")] if "task_config" in args else []
