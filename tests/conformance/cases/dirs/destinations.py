"""A destination makes a copy: into an existing directory, as a new one."""

import os
import pathlib

import flyte
from conformance_support import only
from flyte.io import Dir

flyte.init()
env = flyte.TaskEnvironment(name="dirs-destinations")


def tree(folder):
    return sorted(str(p.relative_to(folder)) for p in pathlib.Path(folder).rglob("*") if p.is_file())


@env.task
def copy() -> list[list[str]]:
    pathlib.Path("data/inner").mkdir(parents=True)
    pathlib.Path("data/a").write_text("a")
    pathlib.Path("data/inner/b").write_text("b")
    os.mkdir("existing")
    found = []
    for target in ("existing", "fresh"):
        folder = Dir.from_local_sync("data", remote_destination=os.path.abspath(target))
        found.append([os.path.relpath(folder.path), folder.name, *tree(target)])
    return [
        *found,
        [Dir.from_local_sync("data/").name],
        [os.path.relpath(Dir.from_local_sync("data").download_sync("got"))],
    ]


@env.task
async def copy_async() -> list[str]:
    folder = await Dir.from_local("data", remote_destination=os.path.abspath("async"))
    return [os.path.relpath(folder.path), *tree("async")]


def main():
    return [only(copy), only(copy_async)]
