"""How deep listing and walking go: the sync forms always all the way, the async ones as asked (TRAP-34)."""

import os
import pathlib

import flyte
from conformance_support import caught, only
from flyte.io import Dir

flyte.init()
env = flyte.TaskEnvironment(name="dirs-walking")


def below(files):
    return sorted(os.path.relpath(f.path) for f in files)


@env.task
def walk_sync(folder: Dir) -> list[list[str]]:
    return [
        below(folder.list_files_sync()),
        below(folder.walk_sync()),
        below(folder.walk_sync(recursive=False)),
        below(folder.walk_sync(max_depth=1)),
        below(folder.walk_sync(max_depth=2)),
        below(folder.walk_sync(file_pattern="*.nothing")),
    ]


@env.task
async def walk_async(folder: Dir) -> list[list[str]]:
    return [
        below(await folder.list_files()),
        below([f async for f in folder.walk()]),
        below([f async for f in folder.walk(recursive=False)]),
        below([f async for f in folder.walk(max_depth=1)]),
    ]


def main():
    folder = pathlib.Path("data")
    for path in ("1", "sub/2", "sub/sub/3", "sub/sub/sub/4"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(path)
    (folder / "empty").mkdir()
    data = Dir.from_existing_remote(str(folder.absolute()))
    missing = Dir(path=str(pathlib.Path("missing").absolute()))
    return [
        only(walk_sync, folder=data),
        only(walk_async, folder=data),
        below(missing.list_files_sync()),
        caught(lambda: below(data.walk_sync(max_depth=0))),
        type(data.list_files_sync()[0]).__name__.split("[")[0],
    ]
