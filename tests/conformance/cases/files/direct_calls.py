"""Outside a run nothing is converted, and a file keeps its path."""

import pathlib

import flyte
from flyte.io import File

flyte.init()
env = flyte.TaskEnvironment(name="files-direct-calls")


@env.task
def make() -> File:
    pathlib.Path("a.txt").write_text("a")
    return File.from_local_sync("a.txt")


@env.task
def read(file: File) -> str:
    with file.open_sync("r") as f:
        return f.read()


def main():
    file = make()
    return [file.path, read(file), read(File.from_existing_remote("a.txt"))]
