"""Without `flyte.init()` files cannot be made from local ones, not even within a local run."""

import flyte
from conformance_support import caught, local
from flyte import _initialize as initialize
from flyte.io import Dir, File

env = flyte.TaskEnvironment(name="files-initialization")
# Where each runtime keeps that it was initialized: an earlier case may have done so.
STATE = "_init_config" if hasattr(initialize, "_init_config") else "_config"


@env.task
def make() -> str:
    return File.from_local_sync(__file__).name


def main():
    before = getattr(initialize, STATE)
    setattr(initialize, STATE, None)
    try:
        found = [
            caught(lambda: File.from_local_sync(__file__)),
            caught(lambda: File.new_remote()),
            caught(lambda: File.from_existing_remote("a").name),
            caught(lambda: Dir.from_local_sync("folder").name),
            caught(lambda: make()),
            caught(lambda: local(make)),
        ]
        flyte.init()
        return [*found, local(make)[0]]
    finally:
        setattr(initialize, STATE, before)
