"""Notifications of triggers and runs (upstream: `flyte.notify`; MAPPING LP-15, LP-16).

Locally nothing is sent: the classes hold and check the configuration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from .models import ActionPhase

__all__ = ["Email", "NamedDelivery", "NamedRule", "Notification", "Slack", "Teams", "Webhook"]

_SUPPORTED_PHASES = {ActionPhase.FAILED, ActionPhase.SUCCEEDED, ActionPhase.ABORTED, ActionPhase.TIMED_OUT}

_SUMMARY = (
    "Run: {{.Run.Name}}\nProject/Domain: {{.Run.Project}}/{{.Run.Domain}}\nPhase: {{.Phase}}\nError: {{.Error}}\n"
)


def _as_tuple(instance: object, *fields: str) -> None:
    for field in fields:
        value = getattr(instance, field)
        if isinstance(value, list):
            object.__setattr__(instance, field, tuple(value))


@dataclass(frozen=True)
class NamedRule:
    """A notification rule the administrators defined; ValueError for an empty name."""

    name: str

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("Rule name must not be empty")


@dataclass(frozen=True, kw_only=True)
class Notification:
    """What all notifications have: the phase or phases they are sent on.

    Raises:
        ValueError: for no phase, or one that is not SUCCEEDED, FAILED, ABORTED or TIMED_OUT.
    """

    on_phase: ActionPhase | tuple[ActionPhase, ...]

    def __post_init__(self) -> None:
        if isinstance(self.on_phase, str):
            object.__setattr__(self, "on_phase", (self.on_phase,))
        _as_tuple(self, "on_phase")
        if not self.on_phase:
            raise ValueError("At least one phase must be specified")
        for phase in self.on_phase:
            if phase not in _SUPPORTED_PHASES:
                raise ValueError(f"Notification on phase {phase} is not supported.")


@dataclass(frozen=True, kw_only=True)
class NamedDelivery(Notification):
    """A delivery channel the administrators defined; ValueError for an empty name."""

    name: str

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.name:
            raise ValueError("Delivery config name must not be empty")


@dataclass(frozen=True, kw_only=True)
class Email(Notification):
    """An e-mail; ValueError without recipients. Texts may hold template variables such as `{{.Run.Name}}`."""

    recipients: tuple[str, ...]
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str = "Run {{.Run.Name}} {{.Phase}}"
    body: str = _SUMMARY
    html_body: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _as_tuple(self, "recipients", "cc", "bcc")
        if not self.recipients:
            raise ValueError("At least one recipient must be specified")


@dataclass(frozen=True, kw_only=True)
class Slack(Notification):
    """A Slack message, as text or Block Kit blocks; ValueError without a webhook."""

    webhook_url: str
    message: str | None = None
    blocks: tuple[dict[str, Any], ...] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.webhook_url:
            raise ValueError("webhook_url is required")
        _as_tuple(self, "blocks")
        if self.message is None and self.blocks is None:
            text = "Run: {{.Run.Name}} finished with phase {{.Phase}}\n | {{.Run.Project}}/{{.Run.Domain}}\n"
            object.__setattr__(self, "message", text)


@dataclass(frozen=True, kw_only=True)
class Teams(Notification):
    """A Microsoft Teams message, as text or an adaptive card; ValueError without a webhook."""

    webhook_url: str
    title: str = "Run {{.Run.Name}} {{.Phase}}"
    message: str | None = None
    card: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.webhook_url:
            raise ValueError("webhook_url is required")
        if self.message is None and self.card is None:
            object.__setattr__(self, "message", _SUMMARY)


@dataclass(frozen=True, kw_only=True)
class Webhook(Notification):
    """An HTTP request; ValueError without a URL."""

    url: str
    method: Literal["POST", "PUT", "PATCH", "GET", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT"] = "POST"
    headers: dict[str, str] | None = None
    body: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.url:
            raise ValueError("url is required")
        if self.body is None:
            body = {
                "run": "{{.Run.Name}}",
                "project": "{{.Run.Project}}",
                "domain": "{{.Run.Domain}}",
                "phase": "{{.Phase}}",
                "error": "{{.Error}}",
            }
            object.__setattr__(self, "body", body)
