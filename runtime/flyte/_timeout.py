"""Wall-clock bounds of a task (upstream: `flyte.Timeout`); local mode enforces none (MAPPING CFG-12, SEM-06)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass
class Timeout:
    """Bounds of a task; an int means seconds, None or 0 means unlimited.

    Args:
        max_runtime: time one attempt may run.
        max_queued_time: time one attempt may wait before it runs.
        deadline: time over all attempts.
    """

    max_runtime: timedelta | int | None = None
    max_queued_time: timedelta | int | None = None
    deadline: timedelta | int | None = None


TimeoutType = Timeout | int | timedelta


def timeout_from_request(timeout: TimeoutType) -> Timeout:
    """Normalise a timeout: a bare int (seconds) or timedelta is a `max_runtime`.

    Raises:
        ValueError: for any other type.
    """
    if isinstance(timeout, Timeout):
        return timeout
    if isinstance(timeout, int):
        return Timeout(max_runtime=timedelta(seconds=timeout))
    if isinstance(timeout, timedelta):
        return Timeout(max_runtime=timeout)
    raise ValueError("Timeout must be an instance of Timeout, int, or timedelta.")
