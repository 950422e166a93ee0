"""Caching of task results (upstream: `flyte._cache`; MAPPING section 2.5)."""

from .cache import Cache, CachePolicy, CacheRequest

__all__ = ["Cache", "CachePolicy", "CacheRequest"]
