"""``Secret`` and ``secret_requests=`` → ``flyte.Secret`` and ``secrets=``; reading a secret → ``os.environ`` (SEC-01…10)."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from flyte_migrate.rewrite.template import argument
from flyte_migrate.rewrite.view import FileView


def secrets_argument(view: FileView, args: Mapping[str, cst.Arg], originals: Mapping[str, cst.Arg]) -> list[cst.Arg]:
    """The environment's ``secrets=`` for ``secret_requests=``."""
    return [argument(args["secret_requests"].value, "secrets")] if "secret_requests" in args else []
