"""``ImageSpec`` → ``flyte.Image`` chains, and ``container_image=`` → the environment's ``image=`` (IMG-01…28, CFG-01…04)."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from flyte_migrate.rewrite.template import argument
from flyte_migrate.rewrite.view import FileView


def image_argument(view: FileView, args: Mapping[str, cst.Arg], originals: Mapping[str, cst.Arg]) -> list[cst.Arg]:
    """The environment's ``image=`` for ``container_image=``."""
    return [argument(args["container_image"].value, "image")] if "container_image" in args else []
