"""Triggers: named launch configurations of a task, fired on a schedule, by an artifact or on demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ._repr import constructor_repr
from ._strict_settings import check_cron, check_interval

if TYPE_CHECKING:
    from .notify import NamedRule, Notification

_LONGEST_DESCRIPTION = 255


class _trigger_time:  # noqa: N801 - upstream's name
    """The type of `TriggerTime`."""


class _triggered_artifact:  # noqa: N801 - upstream's name
    """The type of `TriggeredArtifact`."""


TriggerTime = _trigger_time()
"""In a trigger's inputs: the time the trigger fired (MAPPING LP-10)."""

TriggeredArtifact = _triggered_artifact()
"""In the inputs of an `OnArtifact` trigger: the artifact that fired it (MAPPING LP-13)."""


@constructor_repr
@dataclass(frozen=True)
class TriggeredPartition:
    """In the inputs of an `OnArtifact` trigger: one partition value of the artifact; ValueError for an empty key."""

    key: str

    def __post_init__(self) -> None:
        if not self.key:
            raise ValueError("TriggeredPartition requires a non-empty partition key")


@constructor_repr
@dataclass(frozen=True, init=False)
class OnArtifact:
    """Fire on every new version of an artifact (upstream: `flyte.OnArtifact`; MAPPING LP-13).

    Args:
        name: the artifact.
        version: fire only for this version.
        partitions: fire only for these string partitions; keyword arguments add to them.

    Raises:
        ValueError: for an empty name.
        TypeError: for a partition that is not a string.
    """

    name: str
    version: str | None = None
    partitions: Mapping[str, str] | None = None

    def __init__(
        self,
        name: str,
        version: str | None = None,
        partitions: Mapping[str, str] | None = None,
        **partition_kwargs: str,
    ) -> None:
        if not name:
            raise ValueError("OnArtifact requires a non-empty artifact name")
        merged = {**(partitions or {}), **partition_kwargs}
        for key, value in merged.items():
            if not isinstance(value, str):
                raise TypeError(
                    f"OnArtifact partition {key!r} must be a string value, got {type(value).__name__}; "
                    "partition triggers match string partitions only"
                )
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "version", version)
        object.__setattr__(self, "partitions", merged or None)

    def __str__(self) -> str:
        version = f"@{self.version}" if self.version else ""
        partitions = ", ".join(f"{key}={value}" for key, value in (self.partitions or {}).items())
        return f"Artifact Trigger: on new version of {self.name}{version}" + (f" [{partitions}]" if partitions else "")


@constructor_repr
@dataclass(frozen=True)
class Cron:
    """Fire at the times of a five-field cron expression (upstream: `flyte.Cron`; MAPPING LP-05).

    The target SDK checks neither the expression nor the timezone (MAPPING DEP-05).
    """

    expression: str
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        check_cron(self.expression, self.timezone)

    @property
    def timezone_expression(self) -> str:
        """The expression with its timezone, as it is sent to the cluster."""
        return f"CRON_TZ={self.timezone} {self.expression}"

    def __str__(self) -> str:
        return f"Cron Trigger: {self.timezone_expression}"


@constructor_repr
@dataclass(frozen=True)
class FixedRate:
    """Fire every so many minutes (upstream: `flyte.FixedRate`; MAPPING LP-11).

    A timedelta is accepted here and fails when the trigger is deployed (TRAP-23).
    """

    interval_minutes: int
    start_time: datetime | None = None

    def __post_init__(self) -> None:
        check_interval(self.interval_minutes)

    def __str__(self) -> str:
        return f"FixedRate Trigger: every {self.interval_minutes} minutes"


@constructor_repr
@dataclass(frozen=True)
class Trigger:
    """A named launch configuration of a task (upstream: `flyte.Trigger`; MAPPING section 8).

    Args:
        name: unique among the triggers of its task.
        automation: what fires it; None for a trigger fired on demand.
        description: cut to 255 characters.
        auto_activate: whether deploying it activates it.
        inputs: values for the task's inputs; `TriggerTime`, `TriggeredArtifact` and `TriggeredPartition` stand for
            what the automation knows.
        max_action_concurrency: 0 for the platform's default, or at least 2.

    Raises:
        ValueError: for an empty name, inputs the automation cannot provide, or a concurrency of 1 or below 0.
    """

    name: str
    automation: Cron | FixedRate | OnArtifact | None = None
    description: str = ""
    auto_activate: bool = True
    inputs: dict[str, Any] | None = None
    env_vars: dict[str, str] | None = None
    interruptible: bool | None = None
    overwrite_cache: bool = False
    queue: str | None = None
    max_action_concurrency: int | None = None
    labels: Mapping[str, str] | None = None
    annotations: Mapping[str, str] | None = None
    notifications: NamedRule | Notification | tuple[Notification, ...] | None = None
    custom_context: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("Trigger name cannot be empty")
        self._check_inputs(self.inputs or {})
        concurrency = self.max_action_concurrency
        if concurrency is not None and (concurrency < 0 or concurrency == 1):
            raise ValueError(
                f"max_action_concurrency must be 0 (platform default) or at least 2, "
                f"got {concurrency}. A value of 1 would deadlock the run: the parent "
                "action holds a concurrency slot while waiting for its child actions to run."
            )
        if len(self.description or "") > _LONGEST_DESCRIPTION:
            object.__setattr__(self, "description", self.description[: _LONGEST_DESCRIPTION - 8] + "...(tr.)")

    def _check_inputs(self, inputs: Mapping[str, Any]) -> None:
        artifact_args = [name for name, value in inputs.items() if value is TriggeredArtifact]
        partition_args = [name for name, value in inputs.items() if isinstance(value, TriggeredPartition)]
        if len(artifact_args) > 1:
            raise ValueError(
                f"Trigger '{self.name}' binds TriggeredArtifact to multiple inputs "
                f"{sorted(artifact_args)}; at most one input can receive the triggering artifact."
            )
        for sentinel, names in (("TriggeredArtifact", artifact_args), ("TriggeredPartition", partition_args)):
            if names and not isinstance(self.automation, OnArtifact):
                raise ValueError(
                    f"Trigger '{self.name}' binds {sentinel} to input '{names[0]}' "
                    "but its automation is not OnArtifact."
                )
        uses_time = any(value is TriggerTime for value in inputs.values())
        if uses_time and not isinstance(self.automation, (Cron, FixedRate)):
            raise ValueError(
                f"Trigger '{self.name}' uses TriggerTime, which is only available on "
                "schedule (Cron/FixedRate) triggers."
            )

    @classmethod
    def minutely(
        cls,
        trigger_time_input_key: str | None = None,
        *,
        name: str = "minutely",
        description: str = "A trigger that runs every minute",
        auto_activate: bool = True,
        inputs: dict[str, Any] | None = None,
        env_vars: dict[str, str] | None = None,
        interruptible: bool | None = None,
        overwrite_cache: bool = False,
        queue: str | None = None,
        max_action_concurrency: int | None = None,
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
        custom_context: Mapping[str, str] | None = None,
    ) -> Trigger:
        """A trigger that fires every minute; the named input gets the time."""
        return cls(
            name=name,
            automation=Cron("* * * * *"),
            description=description,
            auto_activate=auto_activate,
            inputs=_inputs_with_time(trigger_time_input_key, inputs),
            env_vars=env_vars,
            interruptible=interruptible,
            overwrite_cache=overwrite_cache,
            queue=queue,
            max_action_concurrency=max_action_concurrency,
            labels=labels,
            annotations=annotations,
            custom_context=custom_context,
        )

    @classmethod
    def hourly(
        cls,
        trigger_time_input_key: str | None = None,
        *,
        name: str = "hourly",
        description: str = "A trigger that runs every hour",
        auto_activate: bool = True,
        inputs: dict[str, Any] | None = None,
        env_vars: dict[str, str] | None = None,
        interruptible: bool | None = None,
        overwrite_cache: bool = False,
        queue: str | None = None,
        max_action_concurrency: int | None = None,
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
        custom_context: Mapping[str, str] | None = None,
    ) -> Trigger:
        """A trigger that fires every hour, on the hour; the named input gets the time."""
        return cls(
            name=name,
            automation=Cron("0 * * * *"),
            description=description,
            auto_activate=auto_activate,
            inputs=_inputs_with_time(trigger_time_input_key, inputs),
            env_vars=env_vars,
            interruptible=interruptible,
            overwrite_cache=overwrite_cache,
            queue=queue,
            max_action_concurrency=max_action_concurrency,
            labels=labels,
            annotations=annotations,
            custom_context=custom_context,
        )

    @classmethod
    def daily(
        cls,
        trigger_time_input_key: str | None = None,
        *,
        name: str = "daily",
        description: str = "A trigger that runs daily at midnight",
        auto_activate: bool = True,
        inputs: dict[str, Any] | None = None,
        env_vars: dict[str, str] | None = None,
        interruptible: bool | None = None,
        overwrite_cache: bool = False,
        queue: str | None = None,
        max_action_concurrency: int | None = None,
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
        custom_context: Mapping[str, str] | None = None,
    ) -> Trigger:
        """A trigger that fires every midnight; the named input gets the time."""
        return cls(
            name=name,
            automation=Cron("0 0 * * *"),
            description=description,
            auto_activate=auto_activate,
            inputs=_inputs_with_time(trigger_time_input_key, inputs),
            env_vars=env_vars,
            interruptible=interruptible,
            overwrite_cache=overwrite_cache,
            queue=queue,
            max_action_concurrency=max_action_concurrency,
            labels=labels,
            annotations=annotations,
            custom_context=custom_context,
        )

    @classmethod
    def weekly(
        cls,
        trigger_time_input_key: str | None = None,
        *,
        name: str = "weekly",
        description: str = "A trigger that runs weekly on Sundays at midnight",
        auto_activate: bool = True,
        inputs: dict[str, Any] | None = None,
        env_vars: dict[str, str] | None = None,
        interruptible: bool | None = None,
        overwrite_cache: bool = False,
        queue: str | None = None,
        max_action_concurrency: int | None = None,
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
        custom_context: Mapping[str, str] | None = None,
    ) -> Trigger:
        """A trigger that fires every Sunday at midnight; the named input gets the time."""
        return cls(
            name=name,
            automation=Cron("0 0 * * 0"),
            description=description,
            auto_activate=auto_activate,
            inputs=_inputs_with_time(trigger_time_input_key, inputs),
            env_vars=env_vars,
            interruptible=interruptible,
            overwrite_cache=overwrite_cache,
            queue=queue,
            max_action_concurrency=max_action_concurrency,
            labels=labels,
            annotations=annotations,
            custom_context=custom_context,
        )

    @classmethod
    def monthly(
        cls,
        trigger_time_input_key: str | None = None,
        *,
        name: str = "monthly",
        description: str = "A trigger that runs monthly on the 1st at midnight",
        auto_activate: bool = True,
        inputs: dict[str, Any] | None = None,
        env_vars: dict[str, str] | None = None,
        interruptible: bool | None = None,
        overwrite_cache: bool = False,
        queue: str | None = None,
        max_action_concurrency: int | None = None,
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
        custom_context: Mapping[str, str] | None = None,
    ) -> Trigger:
        """A trigger that fires at midnight on the first of the month; the named input gets the time."""
        return cls(
            name=name,
            automation=Cron("0 0 1 * *"),
            description=description,
            auto_activate=auto_activate,
            inputs=_inputs_with_time(trigger_time_input_key, inputs),
            env_vars=env_vars,
            interruptible=interruptible,
            overwrite_cache=overwrite_cache,
            queue=queue,
            max_action_concurrency=max_action_concurrency,
            labels=labels,
            annotations=annotations,
            custom_context=custom_context,
        )


def _inputs_with_time(time_input: str | None, inputs: dict[str, Any] | None) -> dict[str, Any]:
    return {**({} if time_input is None else {time_input: TriggerTime}), **(inputs or {})}
