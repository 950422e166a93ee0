"""Without a saved checkpoint there is nothing to load."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="checkpoint-nothing-saved")


@env.task
def look() -> list[str]:
    checkpoint = flyte.ctx().checkpoint
    return [
        type(checkpoint).__name__,
        repr(checkpoint.load_sync()),
        repr(checkpoint.prev_exists()),
        repr(checkpoint.path.is_dir()),
        repr(flyte.ctx().checkpoint is checkpoint),
    ]


def main():
    return only(look)
