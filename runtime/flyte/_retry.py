"""Retries (upstream: `flyte.RetryStrategy`, `flyte.Backoff`; MAPPING TRAP-27, SEM-05)."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from datetime import timedelta

# What local mode waits when the task names no backoff of its own (upstream: _local_controller).
_FIRST_DELAY_SECONDS = 0.5
_MULTIPLIER = 2.0

# Scales every wait between attempts, so that test suites need not sit through real backoffs.
BACKOFF_SCALE_VARIABLE = "FLYTE_MIGRATE_BACKOFF_SCALE"


@dataclass(frozen=True)
class Backoff:
    """Wait `min(base * factor**n, cap)` before the n-th retry, counted from 0.

    Raises:
        ValueError: for negative times, a factor below 1 or not finite, or no cap where the factor exceeds 1.
    """

    base: timedelta
    factor: float = 1.0
    cap: timedelta | None = None

    def __post_init__(self) -> None:
        if self.base < timedelta(0):
            raise ValueError(f"Backoff.base must be >= 0, got {self.base}")
        if not isinstance(self.factor, (int, float)) or math.isnan(self.factor) or math.isinf(self.factor):
            raise ValueError(f"Backoff.factor must be a finite number, got {self.factor!r}")
        if self.factor < 1.0:
            raise ValueError(f"Backoff.factor must be >= 1.0, got {self.factor}")
        if self.cap is not None and self.cap < timedelta(0):
            raise ValueError(f"Backoff.cap must be >= 0, got {self.cap}")
        if self.factor > 1.0 and self.cap is None:
            raise ValueError("Backoff.cap is required when factor > 1.0 to prevent unbounded growth")

    def compute_delay(self, n: int) -> timedelta:
        """The wait before the n-th retry, counted from 0.

        Raises:
            ValueError: for a negative n.
        """
        if n < 0:
            raise ValueError(f"Retry index n must be >= 0, got {n}")
        try:
            delay = self.base * (self.factor**n)
        except OverflowError:
            # Far beyond any cap; a factor of 1.0, the only one without a cap, cannot overflow.
            if self.cap is None:
                raise
            return self.cap
        return self.cap if self.cap is not None and delay > self.cap else delay


@dataclass
class RetryStrategy:
    """How often a failed task runs again, and with what waits.

    Raises:
        ValueError: for a count that is not an int, or negative.
    """

    count: int
    backoff: Backoff | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.count, int):
            raise ValueError(f"RetryStrategy.count must be an int (a retry count), got {self.count!r}")
        if self.count < 0:
            raise ValueError(f"RetryStrategy.count must be greater than or equal to 0, got {self.count}")


def retry_strategy(retries: object) -> RetryStrategy | None:
    """The strategy behind a `retries=` argument; None passes, as upstream, and fails when the task runs.

    Raises:
        ValueError: for anything but an int, a `RetryStrategy` or None.
    """
    if retries is None:
        return None
    if isinstance(retries, int):
        return RetryStrategy(count=retries)
    if isinstance(retries, RetryStrategy):
        return retries
    raise ValueError(f"retries must be an int (a retry count) or a flyte.RetryStrategy, got {retries!r}")


def seconds_before_retry(strategy: RetryStrategy, failures: int) -> float:
    """Seconds local mode waits after that many failed attempts (1 = after the first)."""
    if strategy.backoff is not None:
        delay = strategy.backoff.compute_delay(failures - 1).total_seconds()
    else:
        delay = _FIRST_DELAY_SECONDS * _MULTIPLIER ** (failures - 1)
    return delay * float(os.environ.get(BACKOFF_SCALE_VARIABLE, "1"))
