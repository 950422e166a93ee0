"""Values shared by the API: the phases of an action (upstream: `flyte.models`)."""

from __future__ import annotations

import enum

__all__ = ["ActionPhase"]


class ActionPhase(str, enum.Enum):
    """Where an action is in its life (upstream: `flyte.models.ActionPhase`; MAPPING IMP-17, LP-16)."""

    QUEUED = "queued"
    WAITING_FOR_RESOURCES = "waiting_for_resources"
    INITIALIZING = "initializing"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ABORTED = "aborted"
    TIMED_OUT = "timed_out"
    RECOVERED = "recovered"

    @property
    def is_terminal(self) -> bool:
        """True when the action will not run any more."""
        return self in _TERMINAL

    def to_protobuf_name(self) -> str:
        """The name of the phase on the wire."""
        return f"ACTION_PHASE_{self.value.upper()}"


_TERMINAL = frozenset(
    {
        ActionPhase.SUCCEEDED,
        ActionPhase.FAILED,
        ActionPhase.ABORTED,
        ActionPhase.TIMED_OUT,
        ActionPhase.RECOVERED,
    }
)
