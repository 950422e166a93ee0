"""How inputs reach the container task of a shell task, and how its outputs come back."""

import pathlib
from unittest import mock

import flyte
from conformance_support import caught, only
from flyte.extras import shell
from flyte.extras.shell import Glob, Stdout
from flyte.io import Dir, File

flyte.init()
tool = shell.create(
    "shell-tool",
    image="debian:12",
    inputs={"n": int, "ratio": float | None, "yes": bool | None, "pairs": dict[str, str] | None, "maybe": File | None},
    outputs={"out": Stdout(str), "parts": Glob("*.txt")},
    script="tool {flags.n} {flags.ratio}",
    defaults={"n": 1},
    cache="disable",
)
env = flyte.TaskEnvironment(name="extras-shell-calls", depends_on=[tool.env])
seen = []


async def execute(**inputs):
    seen.append({name: repr(value) for name, value in inputs.items()})
    folder = pathlib.Path("results")
    folder.mkdir(exist_ok=True)
    for name in ("b.txt", "a.txt", "c.csv"):
        (folder / name).write_text(name)
    return ("printed", await Dir.from_local(folder))


@env.task
async def driver() -> list[str]:
    found = []
    for inputs in (
        {},
        {"n": 2, "ratio": 0.5, "yes": True, "pairs": {"a": "b", "c": "d"}},
        {"yes": False, "ratio": None},
    ):
        out, parts = await tool(**inputs)
        found.append(f"{out} {[type(part).__name__ + ' ' + part.name for part in parts]}")
    return found


@env.task
async def wrong() -> None:
    await tool(pairs={"a": "\x1e"})


def main():
    task = tool.as_task()
    strict = shell.create("shell-strict", image="debian:12", inputs={"n": int}, script="true")
    with mock.patch.object(task, "execute", execute):
        outputs = only(driver)
    return [
        outputs,
        seen,
        caught(lambda: only(wrong)),
        [tool.env is tool.env, task is tool.as_task(), tool.env.name, task.name, repr(task.resources), task.task_type],
        {name: str(kind) for name, (kind, _) in task.interface.inputs.items()},
        {name: kind.__name__ for name, kind in task.interface.outputs.items()},
        [strict.as_task().cache.behavior, strict.as_task().local_logs],
    ]
