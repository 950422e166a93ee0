"""Ready-made schedules: names, expressions, the bound time, and no notifications."""

import flyte
from conformance_support import caught

made = [flyte.Trigger.minutely, flyte.Trigger.hourly, flyte.Trigger.daily, flyte.Trigger.weekly, flyte.Trigger.monthly]


def main():
    bound = flyte.Trigger.daily("when", inputs={"x": 1}, auto_activate=False)
    return [
        [
            [t.name, t.description, t.automation.expression, t.inputs, t.auto_activate]
            for t in (make() for make in made)
        ],
        [sorted(bound.inputs), bound.inputs["when"] is flyte.TriggerTime, bound.auto_activate],
        caught(lambda: flyte.Trigger.daily(notifications=())),
        caught(lambda: flyte.Trigger.daily("when", "name")),
    ]
