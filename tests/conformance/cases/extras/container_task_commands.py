"""How inputs get into the command and where files are mounted."""

import pathlib

import flyte
from conformance_support import caught
from flyte.extras import ContainerTask
from flyte.io import Dir, File

flyte.init()


def words(*command, **inputs):
    task = ContainerTask(
        name="t", image="alpine:3", command=list(command), inputs={name: type(value) for name, value in inputs.items()}
    )
    if hasattr(task, "_prepare_execution_volumes"):
        found, volumes = task._prepare_execution_volumes(pathlib.Path("/results"), **inputs)
    else:
        found, volumes = task._command_and_volumes(pathlib.Path("/results"), inputs)
    return [found, sorted((source, target["bind"]) for source, target in volumes.items())]


def main():
    return [
        words("echo", "{{.inputs.name}} {{.inputs.n}}", name="a", n=3),
        words("echo", "{{.inputs.yes}}", yes=True),
        words("cat", "/var/inputs/file", file=File(path="/data/x.txt")),
        words("ls", "/var/inputs/folder", folder=Dir(path="/data")),
        caught(lambda: words("cat", "{{.inputs.file}}", file=File(path="/data/x.txt")))["class"],
        words("echo", "{{.inputs.missing}}"),
    ]
