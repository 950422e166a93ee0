"""E-mails: recipients, defaults, and no positional arguments or names of the old class."""

from conformance_support import caught
from flyte import notify
from flyte.models import ActionPhase

FAILED = ActionPhase.FAILED


def main():
    return [
        caught(lambda: notify.Email(on_phase=FAILED, recipients=["a@example.com"], cc=["b@example.com"])),
        caught(
            lambda: notify.Email(on_phase=FAILED, recipients=("a@example.com",), subject="s", body="b", html_body="h")
        ),
        caught(lambda: notify.Email(on_phase=FAILED, recipients=())),
        caught(lambda: notify.Email(on_phase=FAILED)),
        caught(lambda: notify.Email(FAILED, ["a@example.com"])),
        caught(lambda: notify.Email(phases=[FAILED], recipients_email=["a@example.com"])),
    ]
