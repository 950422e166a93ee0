"""The same from async tasks."""

import flyte
from conformance_support import only
from flyte.io import File

flyte.init()
env = flyte.TaskEnvironment(name="files-async")


@env.task
async def make() -> File:
    with open("data.txt", "w") as f:
        f.write("one\ntwo\n")
    return await File.from_local("data.txt")


@env.task
async def read(file: File) -> list[str]:
    found = []
    async with file.open() as data:
        found.append(repr(await data.read()))
    async with file.open("r") as text:
        found.append(await text.read(3))
        found.append(repr(await text.readline()))
        found.append(str(await text.tell()))
    async with file.open("r") as text:
        found.append(repr([line async for line in text]))
    return [*found, str(await file.exists()), str(await file.download() == file.path)]


@env.task
async def flow() -> list[str]:
    return await read(await make())


def main():
    return only(flow)
