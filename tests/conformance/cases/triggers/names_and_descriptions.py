"""A trigger needs a name; a long description is cut."""

import flyte
from conformance_support import caught


def main():
    return [
        caught(lambda: flyte.Trigger("")),
        caught(lambda: flyte.Trigger(name="nightly")),
        caught(lambda: flyte.Trigger()),
        flyte.Trigger("t", description="d" * 255).description == "d" * 255,
        flyte.Trigger("t", description="d" * 256).description,
        caught(lambda: setattr(flyte.Trigger("t"), "name", "u"))["class"],
        flyte.Trigger("t") == flyte.Trigger("t"),
        flyte.Trigger("t").auto_activate,
        caught(lambda: flyte.Trigger("t", schedule="@daily")),
    ]
