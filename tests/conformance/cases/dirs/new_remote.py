"""A directory in the run's folder: it has to be made; refused outside a run."""

import os
import pathlib

import flyte
from conformance_support import caught, only
from flyte.io import Dir

flyte.init()
env = flyte.TaskEnvironment(name="dirs-new-remote")


@env.task
def make() -> Dir:
    folder = Dir.new_remote("results")
    os.makedirs(folder.path, exist_ok=True)
    pathlib.Path(folder.path, "a.txt").write_text("a")
    return folder


@env.task
def read(folder: Dir) -> list[str]:
    return [folder.name, *(f.name for f in folder.list_files_sync())]


@env.task
def unnamed() -> bool:
    folder = Dir.new_remote(hash="h")
    return folder.name == os.path.basename(folder.path) and folder.hash == "h" and not os.path.exists(folder.path)


@env.task
def flow() -> list[str]:
    return read(make())


def main():
    return [only(flow), only(unnamed), caught(lambda: Dir.new_remote())]
