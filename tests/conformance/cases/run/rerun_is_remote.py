"""`rerun` needs a server."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="run-rerun-is-remote")


def main():
    return caught(lambda: flyte.with_runcontext(mode="local").rerun("r1"))
