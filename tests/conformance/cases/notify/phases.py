"""Only the phases a run ends in can be notified."""

from conformance_support import caught
from flyte import notify
from flyte.models import ActionPhase


def main():
    return [
        *(caught(lambda phase=phase: notify.NamedDelivery(on_phase=phase, name="n")) for phase in ActionPhase),
        caught(lambda: notify.NamedDelivery(on_phase=(), name="n")),
        caught(lambda: notify.NamedDelivery(on_phase=[ActionPhase.FAILED, ActionPhase.ABORTED], name="n")),
        caught(lambda: notify.NamedDelivery(on_phase=(ActionPhase.FAILED, ActionPhase.RUNNING), name="n")),
        caught(lambda: notify.NamedDelivery(on_phase="failed", name="n")),
        caught(lambda: notify.NamedDelivery(on_phase="FAILED", name="n")),
        [[p.name, p.value, p.is_terminal, p.to_protobuf_name()] for p in ActionPhase],
    ]
