"""Containers run by Docker, here by a stand-in that runs the command on this machine."""

import datetime
import pathlib
import subprocess
import sys
import types

import flyte
from conformance_support import caught, only
from flyte.extras import ContainerTask, shell
from flyte.extras.shell import Glob, Stderr, Stdout
from flyte.io import Dir, File

flyte.init()
env = flyte.TaskEnvironment(name="extras-container-run")
started = []


class Container:
    def __init__(self, image, command, volumes):
        started.append(image)
        for source, target in volumes.items():
            command = [word.replace(target["bind"], source) for word in command]
        finished = subprocess.run(command, capture_output=True, text=True)
        self._logs = (finished.stdout + finished.stderr).encode()

    def wait(self):
        return {"StatusCode": 0}

    def logs(self):
        return self._logs

    def remove(self):
        started.append("removed")


class Client:
    class images:
        @staticmethod
        def list(filters):
            return []

        @staticmethod
        def pull(image):
            started.append(f"pull {image}")

    class containers:
        @staticmethod
        def run(image, command, volumes, detach):
            return Container(image, command, volumes)


docker = types.ModuleType("docker")
docker.from_env = Client

OUT = "/var/outputs"
greet = ContainerTask(
    name="greet",
    image="alpine:3",
    command=["/bin/sh", "-c"],
    arguments=[f"echo -n {{{{.inputs.name}}}} > {OUT}/text; echo -n 3 > {OUT}/n; echo -n False > {OUT}/no"],
    inputs={"name": str},
    outputs={"text": str, "n": int, "no": bool},
)
times = ContainerTask(
    name="times",
    image="alpine:3",
    command=["/bin/sh", "-c", f"echo -n 2024-01-02T03:04:05 > {OUT}/at; echo -n '1 day, 2:03:04' > {OUT}/took"],
    outputs={"at": datetime.datetime, "took": datetime.timedelta},
)
count = ContainerTask(
    name="count",
    image=flyte.Image.from_base("alpine:3"),
    command=["/bin/sh", "-c", f"cat /var/inputs/file > {OUT}/copy; mkdir {OUT}/all; cp /var/inputs/folder/* {OUT}/all"],
    inputs={"file": File, "folder": Dir},
    outputs={"copy": File, "all": Dir},
)
broken = ContainerTask(
    name="broken", image="alpine:3", command=["/bin/sh", "-c", f"echo -n x > {OUT}/n"], outputs={"n": int}
)
words = shell.create(
    "words",
    image="debian:12",
    inputs={"files": list[File], "n": int, "loud": bool, "extra": dict[str, str] | None},
    outputs={"lines": Stdout(str), "notes": Stderr(File), "parts": Glob("*.part")},
    script="""
echo {flags.n} {flags.loud} {inputs.extra}
cat {inputs.files}
echo note >&2
for f in a b; do echo $f > {outputs.parts}/$f.part; done
touch {outputs.parts}/c.other
""",
    flag_aliases={"n": "--lines"},
)
failing = shell.create(
    "failing", image="debian:12", script="echo out; echo err >&2; exit 3", outputs={"o": Stdout(str)}
)
run_env = flyte.TaskEnvironment.from_task("extras-container-run-tasks", greet, times, broken)


@env.task
async def simple() -> list[str]:
    text, n, no = await greet(name="hello")
    at, took = await times()
    return [repr(text), repr(n), repr(no), str(at), str(took)]


@env.task
async def data(file: File, folder: Dir) -> list[str]:
    copy, every = await count(file=file, folder=folder)
    return [pathlib.Path(await copy.download()).read_text(), *sorted(f.name for f in every.list_files_sync())]


@env.task
async def wrong() -> int:
    return await broken()


@env.task
async def tool(files: list[File]) -> list[str]:
    lines, notes, parts = await words(files=files, n=2, loud=True, extra={"k": "v"})
    return [lines, pathlib.Path(await notes.download()).read_text(), *(f.name for f in parts)]


@env.task
async def fails() -> str:
    return await failing()


def main():
    pathlib.Path("folder").mkdir()
    for name in ("one.txt", "two.txt"):
        pathlib.Path("folder", name).write_text(f"{name}\n")
    files = [File.from_local_sync(f"folder/{name}") for name in ("one.txt", "two.txt")]
    before = sys.modules.get("docker")
    sys.modules["docker"] = docker
    try:
        results = [
            only(simple),
            only(data, file=files[0], folder=Dir.from_local_sync("folder")),
            caught(lambda: only(wrong)),
            only(tool, files=files),
            caught(lambda: only(fails)),
        ]
    finally:
        sys.modules["docker"] = before
    return [results, started]
