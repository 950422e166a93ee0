"""The async methods give coroutines in a sync task, and nothing happens (TRAP-16)."""

import flyte
from conformance_support import only
from flyte.io import File

flyte.init()
env = flyte.TaskEnvironment(name="files-async-in-sync")


@env.task
def names() -> list[str]:
    with open("data.txt", "w") as f:
        f.write("x")
    file = File.from_local_sync("data.txt")
    made = [File.from_local("data.txt"), file.download(), file.exists()]
    kinds = [type(each).__name__ for each in made]
    for each in made:
        each.close()
    return kinds


def main():
    return only(names)
