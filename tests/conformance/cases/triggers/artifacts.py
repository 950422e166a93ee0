"""Artifact triggers: partitions, and which inputs can be bound to what fired them."""

import flyte
from conformance_support import caught

on_model = flyte.OnArtifact("model", "1", {"region": "us"}, tier="gold")
value, day = flyte.TriggeredArtifact, flyte.TriggeredPartition("date")


def main():
    return [
        caught(lambda: flyte.OnArtifact("model")),
        str(on_model),
        repr(on_model),
        caught(lambda: flyte.OnArtifact("")),
        caught(lambda: flyte.OnArtifact("model", day=1)),
        caught(lambda: flyte.TriggeredPartition("")),
        sorted(flyte.Trigger("t", on_model, inputs={"m": value, "d": day}).inputs),
        caught(lambda: flyte.Trigger("t", on_model, inputs={"m": value, "n": value})),
        caught(lambda: flyte.Trigger("t", flyte.Cron("0 9 * * *"), inputs={"m": value})),
        caught(lambda: flyte.Trigger("t", inputs={"d": day})),
    ]
