"""Writing a file into the run's folder: named and unnamed, text, bytes, appended; refused outside a run."""

import flyte
from conformance_support import caught, only
from flyte.io import File

flyte.init()
env = flyte.TaskEnvironment(name="files-new-remote")


@env.task
def write() -> list[File]:
    named, unnamed = File.new_remote("out.csv"), File.new_remote()
    with named.open_sync("w") as text:
        text.write("a,b\n")
    with named.open_sync("a") as text:
        text.write("1,2\n")
    with unnamed.open_sync("wb") as data:
        data.write(b"bytes")
    return [named, unnamed]


@env.task
async def write_async() -> File:
    file = File.new_remote(file_name="async.bin")
    async with file.open("wb") as data:
        await data.write(b"async")
    return file


@env.task
def read(files: list[File]) -> list[str]:
    found = []
    for file in files:
        with file.open_sync() as data:
            found.append(repr(data.read()))
    return [*found, files[0].name, str(files[1].name == files[1].path.rpartition("/")[2])]


@env.task
def flow() -> list[str]:
    return read(write())


@env.task
async def flow_async() -> list[str]:
    file = await write_async()
    return await read.aio([file, file])


def main():
    return [only(flow), only(flow_async)[0], caught(lambda: File.new_remote())]
