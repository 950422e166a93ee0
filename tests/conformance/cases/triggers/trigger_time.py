"""The trigger's time can be bound only where there is a schedule."""

import flyte
from conformance_support import caught

inputs = {"when": flyte.TriggerTime, "x": 1}


def main():
    return [
        flyte.Trigger("t", flyte.Cron("0 9 * * *"), inputs=inputs).inputs["when"] is flyte.TriggerTime,
        flyte.Trigger("t", flyte.FixedRate(60), inputs=inputs).inputs["x"],
        caught(lambda: flyte.Trigger("t", inputs=inputs)),
        caught(lambda: flyte.Trigger("t", flyte.OnArtifact("model"), inputs=inputs)),
    ]
