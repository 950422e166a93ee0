"""Changing what was downloaded changes the source: a local file is not copied (TRAP-33)."""

import pathlib

import flyte
from conformance_support import only
from flyte.io import File

flyte.init()
env = flyte.TaskEnvironment(name="files-download-is-source")


@env.task
def change(file: File) -> str:
    pathlib.Path(file.download_sync()).write_text("changed")
    return pathlib.Path("data.txt").read_text()


def main():
    pathlib.Path("data.txt").write_text("original")
    return only(change, file=File.from_local_sync("data.txt"))
