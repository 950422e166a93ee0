"""A path is no file, neither as a result nor as an argument (TRAP-13)."""

import os
import pathlib

import flyte
from conformance_support import caught, local
from flyte.io import File

flyte.init()
env = flyte.TaskEnvironment(name="files-paths-refused")


@env.task
def text() -> File:
    return "data.txt"


@env.task
def path() -> File:
    return pathlib.Path("data.txt")


@env.task
def take(file: File) -> str:
    return file.path


@env.task
def take_optional(file: File | None = None) -> str:
    return str(file)


def main():
    return [
        caught(lambda: local(text)),
        caught(lambda: local(path)),
        caught(lambda: local(take, file="data.txt")),
        caught(lambda: local(take, file=pathlib.Path("data.txt"))),
        caught(lambda: local(take_optional, file="data.txt"))["class"],
        local(take_optional)[0],
        os.path.basename(local(take, file=File(path="here/data.txt"))[0]),
    ]
