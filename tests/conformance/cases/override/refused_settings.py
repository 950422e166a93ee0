"""Name, image, docs and interface cannot be overridden (WF-34)."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="override-refused-settings")


@env.task
def work(x: int) -> int:
    return x


def main():
    return [
        *[caught(lambda: work.override(**{each: "x"})) for each in ("name", "image", "docs", "interface")],
        caught(lambda: work.override(nonsense=1), message=False),
        caught(lambda: work.override("positional"), message=False),
    ]
