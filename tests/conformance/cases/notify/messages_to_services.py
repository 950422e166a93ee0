"""Slack, Teams and webhooks: what they need, and their default messages."""

from conformance_support import caught
from flyte import notify
from flyte.models import ActionPhase

FAILED = ActionPhase.FAILED


def main():
    return [
        caught(lambda: notify.Slack(on_phase=FAILED, webhook_url="https://s")),
        caught(lambda: notify.Slack(on_phase=FAILED, webhook_url="https://s", blocks=[{"type": "divider"}])),
        caught(lambda: notify.Slack(on_phase=FAILED, webhook_url="")),
        caught(lambda: notify.Slack(on_phase=FAILED, recipients_email=["a@example.com"])),
        caught(lambda: notify.Teams(on_phase=FAILED, webhook_url="https://t")),
        caught(lambda: notify.Teams(on_phase=FAILED, webhook_url="https://t", card={})),
        caught(lambda: notify.Teams(on_phase=FAILED, webhook_url="")),
        caught(lambda: notify.Webhook(on_phase=FAILED, url="https://w")),
        caught(lambda: notify.Webhook(on_phase=FAILED, url="https://w", method="PUT", body={"a": 1})),
        caught(lambda: notify.Webhook(on_phase=FAILED, url="")),
    ]
