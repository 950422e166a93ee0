"""A path is no directory, neither as a result nor as an argument (TRAP-13)."""

import pathlib

import flyte
from conformance_support import caught, local
from flyte.io import Dir, File

flyte.init()
env = flyte.TaskEnvironment(name="dirs-paths-refused")


@env.task
def text() -> Dir:
    return "data"


@env.task
def take(folder: Dir) -> str:
    return folder.path


def main():
    return [
        caught(lambda: local(text)),
        caught(lambda: local(take, folder="data")),
        caught(lambda: local(take, folder=pathlib.Path("data")))["class"],
        caught(lambda: local(take, folder=File(path="data")))["class"],
        local(take, folder=Dir(path="data"))[0],
    ]
