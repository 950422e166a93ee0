"""The missing connection to a server."""

from __future__ import annotations

from typing import NoReturn

from ..errors import InitializationError


def require_client() -> NoReturn:
    """Refuse an operation that needs a server.

    Raises:
        InitializationError: always.
    """
    raise InitializationError(
        "ClientNotInitializedError",
        "user",
        "Client has not been initialized. Call flyte.init() with a valid endpoint/api-key "
        "before using this function or Call flyte.init_from_config() with a valid path to the config file",
    )
