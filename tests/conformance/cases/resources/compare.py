"""Resources compare by value; devices cannot be changed."""

import flyte
from conformance_support import caught


def main():
    device = flyte.GPU("T4", 1)
    return [
        flyte.Resources(cpu=1, memory="1Gi") == flyte.Resources(cpu=1, memory="1Gi"),
        flyte.Resources(cpu=1) == flyte.Resources(cpu="1"),
        device == flyte.GPU("T4", 1),
        caught(lambda: setattr(device, "quantity", 2))["class"],
        repr(flyte.Resources(cpu=("1", "2"), gpu=device)),
    ]
