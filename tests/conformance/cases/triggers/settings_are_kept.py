"""All settings of a trigger, as they were given."""

import flyte
from conformance_support import described
from flyte import notify
from flyte.models import ActionPhase

trigger = flyte.Trigger(
    name="all",
    automation=flyte.Cron("0 0 * * *", "Europe/Paris"),
    description="nightly",
    auto_activate=False,
    inputs={"a": 1},
    env_vars={"A": "1"},
    interruptible=True,
    overwrite_cache=True,
    queue="gpu",
    max_action_concurrency=4,
    labels={"team": "ml"},
    annotations={"note": "n"},
    notifications=(notify.Email(on_phase=ActionPhase.FAILED, recipients=("a@example.com",)),),
    custom_context={"k": "v"},
)


def main():
    return described(trigger)
