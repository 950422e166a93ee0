"""Reuse of task containers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from ._logging import logger

_SHORTEST_TTL = timedelta(seconds=30)


@dataclass
class ReusePolicy:
    """How the containers of an environment are kept warm (upstream: `flyte.ReusePolicy`; MAPPING IMP-91).

    Args:
        replicas: number of containers, or their (smallest, largest) number.
        idle_ttl: how long the whole environment may be idle, in seconds or as a timedelta; at least 30 seconds.
        concurrency: tasks a container runs at once; above 1 only for async tasks.
        scaledown_ttl: how long one container may be idle, in seconds or as a timedelta; at least 30 seconds.
        scope: share the containers between runs ("global") or within one run ("run").

    Raises:
        ValueError: for values of another type or out of range.
    """

    replicas: int | tuple[int, int] = 2
    idle_ttl: int | timedelta = 30
    concurrency: int = 1
    scaledown_ttl: int | timedelta = 30
    scope: Literal["global", "run"] = "global"

    def __post_init__(self) -> None:
        if self.scope not in ("global", "run"):
            raise ValueError('scope must be "global" or "run"')
        self.replicas = _replica_range(self.replicas)
        if not isinstance(self.concurrency, int):
            raise ValueError(f"concurrency must be an int, got {self.concurrency!r}")
        if self.concurrency < 1:
            raise ValueError(f"concurrency must be at least 1, got {self.concurrency}")
        self.idle_ttl = _ttl("idle_ttl", self.idle_ttl)
        if self.replicas[1] == 1 and self.concurrency == 1:
            logger.warning(
                "It is recommended to use a minimum of 2 replicas, to avoid starvation. "
                "Starvation can occur if a task is running and no other replicas are available to handle new tasks."
                "Options, increase concurrency, increase replicas or turn-off reuse for the parent task, "
                "that runs child tasks."
            )
        self.scaledown_ttl = _ttl("scaledown_ttl", self.scaledown_ttl)

    @property
    def min_replicas(self) -> int:
        return self.replicas[0] if isinstance(self.replicas, tuple) else self.replicas

    @property
    def max_replicas(self) -> int:
        return self.replicas[1] if isinstance(self.replicas, tuple) else self.replicas

    def get_scaledown_ttl(self) -> timedelta | None:
        """The time a single container may be idle, or None when it is not bounded."""
        if self.scaledown_ttl is None or isinstance(self.scaledown_ttl, timedelta):
            return self.scaledown_ttl
        return timedelta(seconds=int(self.scaledown_ttl))


def _replica_range(replicas: object) -> tuple[int, int]:
    if replicas is None:
        raise ValueError("replicas cannot be None")
    if isinstance(replicas, int):
        replicas = (replicas, replicas)
    if not isinstance(replicas, tuple) or len(replicas) != 2:
        raise ValueError("replicas must be an int or a tuple of two ints")
    for label, value in zip(("min", "max"), replicas, strict=True):
        if not isinstance(value, int):
            raise ValueError(f"replicas {label} must be an int, got {value!r}")
        if value < 0:
            raise ValueError(f"replicas {label} must be greater than or equal to 0, got {value}")
    low, high = replicas
    if low > high:
        raise ValueError(f"replicas min ({low}) must be less than or equal to max ({high})")
    return low, high


def _ttl(name: str, value: object) -> timedelta:
    if isinstance(value, int):
        value = timedelta(seconds=int(value))
    if not isinstance(value, timedelta):
        raise ValueError(f"{name} must be an int (seconds) or a timedelta")
    if value < _SHORTEST_TTL:
        raise ValueError(f"{name} must be at least 30 seconds")
    return value
