"""The store of local results by the name that tests reach it with (``flyte._persistence.LocalTaskCache``)."""

from __future__ import annotations

from ._cache import store


class LocalTaskCache:
    """Stored results of cached tasks; upstream's methods are coroutines, too."""

    @staticmethod
    async def initialize() -> None:
        """Nothing has to be opened."""

    @staticmethod
    async def clear() -> None:
        """Forget all stored results."""
        store.clear()

    @staticmethod
    async def close() -> None:
        """Nothing has to be closed."""
