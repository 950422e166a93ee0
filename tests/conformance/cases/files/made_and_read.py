"""A file made in one task and read in another: path, name, modes, download."""

import flyte
from conformance_support import only
from flyte.io import File

flyte.init()
env = flyte.TaskEnvironment(name="files-made-and-read")


@env.task
def make() -> File:
    with open("data.txt", "w") as f:
        f.write("one\ntwo\n")
    return File.from_local_sync("data.txt")


@env.task
def read(file: File) -> list[str]:
    with file.open_sync("r") as text, file.open_sync() as data, file.open_sync("rt") as lines:
        return [
            text.read(),
            repr(data.read()),
            repr(lines.readlines()),
            file.name,
            str(file.download_sync() == file.path),
        ]


@env.task
def flow() -> list[str]:
    return read(make())


def main():
    return only(flow)
