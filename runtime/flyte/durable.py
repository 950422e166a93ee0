"""`flyte.durable`: time that survives a restart; nothing restarts locally (MAPPING GATE-03)."""

from __future__ import annotations

import asyncio
import time as _time
from datetime import datetime

from .syncify import syncify

__all__ = ["now", "sleep", "time"]


@syncify
async def sleep(seconds: float) -> None:
    """Sleep; `.aio` in async tasks."""
    await asyncio.sleep(max(0.0, seconds))


@syncify
async def time() -> float:
    """The time, as `time.time()`."""
    return _time.time()


@syncify
async def now() -> datetime:
    """The time, as `datetime.now()`."""
    return datetime.now()
