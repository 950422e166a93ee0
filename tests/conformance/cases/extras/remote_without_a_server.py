"""What only a server can answer is refused, in a run, too."""

import flyte
import flyte.remote
from conformance_support import caught, only

flyte.init()
env = flyte.TaskEnvironment(name="extras-remote")


@env.task
async def call() -> int:
    return await flyte.remote.Task.get("elsewhere.task", version="1")(x=1)


def main():
    lazy = flyte.remote.Task.get("elsewhere.task", auto_version="latest")
    return [
        str(lazy),
        lazy.name,
        caught(lambda: flyte.remote.Task.get("elsewhere.task")),
        caught(lambda: flyte.remote.Task.get("elsewhere.task", auto_version="newest")),
        caught(lambda: lazy.fetch()),
        caught(lambda: lazy.override(retries=1)),
        caught(lambda: only(call)),
        caught(lambda: flyte.remote.Run.get("r")),
        caught(lambda: list(flyte.remote.Run.listall())),
        caught(lambda: flyte.remote.Trigger.update("t", "env.task", True)),
        caught(lambda: flyte.remote.upload_file("data.txt")),
    ]
