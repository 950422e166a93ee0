"""Options that contradict each other."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="run-context-options")


def main():
    return [
        caught(lambda: flyte.with_runcontext(mode="hybrid")),
        caught(lambda: flyte.with_runcontext(copy_style="none")),
        caught(lambda: flyte.with_runcontext(copy_style="custom")),
        caught(lambda: flyte.with_runcontext(max_action_concurrency=1)),
        caught(lambda: flyte.with_runcontext(nonsense=1), message=False),
        caught(lambda: flyte.with_runcontext("local", "name"), message=False),
    ]
