"""A directory made in one task and read in another."""

import os
import pathlib

import flyte
from conformance_support import only
from flyte.io import Dir

flyte.init()
env = flyte.TaskEnvironment(name="dirs-made-and-read")


@env.task
def make() -> Dir:
    pathlib.Path("data/inner").mkdir(parents=True)
    pathlib.Path("data/a.txt").write_text("a")
    pathlib.Path("data/inner/b.txt").write_text("b")
    return Dir.from_local_sync("data")


@env.task
def read(folder: Dir) -> list[str]:
    where = folder.download_sync()
    found = [folder.name, str(where == folder.path), *sorted(os.listdir(where)), str(folder.exists_sync())]
    one, none = folder.get_file_sync("a.txt"), folder.get_file_sync("missing.txt")
    with one.open_sync("r") as f:
        return [*found, f.read(), str(none)]


@env.task
def flow() -> list[str]:
    return read(make())


def main():
    return only(flow)
