"""The same from async tasks."""

import os
import pathlib

import flyte
from conformance_support import only
from flyte.io import Dir

flyte.init()
env = flyte.TaskEnvironment(name="dirs-async")


@env.task
async def make() -> Dir:
    pathlib.Path("data/inner").mkdir(parents=True)
    pathlib.Path("data/a.txt").write_text("a")
    pathlib.Path("data/inner/b.txt").write_text("b")
    return await Dir.from_local("data")


@env.task
async def read(folder: Dir) -> list[str]:
    listed = sorted(f.name for f in await folder.list_files())
    walked = sorted([f.name async for f in folder.walk()])
    one = await folder.get_file("a.txt")
    copied = await folder.download("copy")
    return [*listed, *walked, one.name, copied, *sorted(os.listdir(copied)), str(await folder.exists())]


@env.task
async def flow() -> list[str]:
    return await read(await make())


def main():
    return only(flow)
