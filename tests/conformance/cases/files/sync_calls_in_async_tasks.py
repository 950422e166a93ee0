"""The sync methods work in async tasks, too."""

import flyte
from conformance_support import only
from flyte.io import File

flyte.init()
env = flyte.TaskEnvironment(name="files-sync-in-async")


@env.task
async def both() -> str:
    with open("data.txt", "w") as f:
        f.write("x")
    file = File.from_local_sync("data.txt")
    with file.open_sync("r") as text:
        return f"{text.read()} {file.exists_sync()}"


def main():
    return only(both)
