"""`GPU(...)`: devices, quantities and partitions that exist."""

import flyte
from conformance_support import caught


def main():
    return [
        caught(lambda: flyte.GPU("A100", 2)),
        caught(lambda: flyte.GPU("A100", 1, "1g.5gb")),
        caught(lambda: flyte.GPU("A100_80G", 1, "1g.10gb")),
        caught(lambda: flyte.GPU("A100", 1, "1g.10gb")),
        caught(lambda: flyte.GPU("H100", 1, "1g.5gb")),
        caught(lambda: flyte.GPU("T4", 1, "anything")),
        caught(lambda: flyte.GPU("T4 shared", 1, "1g.5gb")),
        caught(lambda: flyte.GPU("RTX_PRO_6000", 8)),
        caught(lambda: flyte.GPU("A100 80G", 1)),
        caught(lambda: flyte.GPU("K80", 1)),
        caught(lambda: flyte.GPU("T4", 0)),
        caught(lambda: flyte.GPU("T4", count=1)),
        caught(lambda: flyte.GPU("T4")),
        caught(lambda: flyte.Resources(gpu=flyte.GPU("A100", 1, "1g.5gb")).get_device()),
    ]
