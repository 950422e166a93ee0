"""Rules and channels the administrators defined need a name; notifications cannot be changed."""

from conformance_support import caught
from flyte import notify
from flyte.models import ActionPhase


def main():
    delivery = notify.NamedDelivery(on_phase=ActionPhase.FAILED, name="oncall")
    return [
        caught(lambda: notify.NamedRule("oncall")),
        caught(lambda: notify.NamedRule("")),
        caught(lambda: notify.NamedDelivery(on_phase=ActionPhase.FAILED, name="")),
        caught(lambda: setattr(delivery, "name", "other"))["class"],
        delivery == notify.NamedDelivery(on_phase=ActionPhase.FAILED, name="oncall"),
    ]
