"""Where a download goes: the file itself, a path, a folder, a folder that is named with a separator."""

import os
import pathlib

import flyte
from conformance_support import caught, only
from flyte.io import File

flyte.init()
env = flyte.TaskEnvironment(name="files-download-targets")


def short(path):
    return os.path.relpath(path)


@env.task
def download(file: File) -> list[str]:
    os.mkdir("folder")
    found = [
        short(file.download_sync()),
        short(file.download_sync("copy.txt")),
        short(file.download_sync("folder")),
        short(file.download_sync("new" + os.sep)),
        short(file.download_sync(pathlib.Path("deep") / "er" / "x.txt")),
        short(file.download_sync(file.path)),
    ]
    return [*found, *sorted(str(p) for p in pathlib.Path().rglob("*.txt"))]


@env.task
async def download_async(file: File) -> list[str]:
    return [short(await file.download()), short(await file.download("async.txt")), short(await file.download("folder"))]


def main():
    pathlib.Path("data.txt").write_text("x")
    file = File.from_existing_remote(os.path.abspath("data.txt"))
    missing = File(path=os.path.abspath("missing.txt"))
    return [
        only(download, file=file),
        only(download_async, file=file),
        short(missing.download_sync()),
        caught(lambda: missing.download_sync("copy2.txt"), message=False),
        missing.exists_sync(),
    ]
