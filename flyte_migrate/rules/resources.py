"""``requests=``/``limits=``/``resources=``/``accelerator=``/``shared_memory=`` → one ``flyte.Resources`` (RES-01…13, ACC-01…17)."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from flyte_migrate.rewrite.template import argument
from flyte_migrate.rewrite.view import FileView


def resources_argument(view: FileView, args: Mapping[str, cst.Arg], originals: Mapping[str, cst.Arg]) -> list[cst.Arg]:
    """The environment's ``resources=`` for its v1 resource arguments."""
    for keyword in ("resources", "requests", "limits"):
        if keyword in args:
            return [argument(args[keyword].value, "resources")]
    return []


def environment_variables_argument(
    view: FileView, args: Mapping[str, cst.Arg], originals: Mapping[str, cst.Arg]
) -> list[cst.Arg]:
    """The environment's ``env_vars=`` for ``environment={…}`` (CFG-05)."""
    return [argument(args["environment"].value, "env_vars")] if "environment" in args else []
