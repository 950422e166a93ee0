"""A file counts by its path, or by its hash when it has one."""

import pathlib

import flyte
from conformance_support import only
from flyte.io import File

flyte.init()
env = flyte.TaskEnvironment(name="files-cache-keys")
calls = []


@env.task(cache="auto")
def cached(file: File) -> int:
    calls.append(file.path)
    return len(calls)


@env.task
def same_path() -> list[int]:
    pathlib.Path("a").write_text("a")
    return [cached(File.from_local_sync("a")), cached(File.from_local_sync("a"))]


@env.task
def same_hash() -> list[int]:
    for name in ("b", "c"):
        pathlib.Path(name).write_text(name)
    return [cached(File.from_local_sync(name, hash_method="h")) for name in ("b", "c")]


def main():
    return [only(same_path), only(same_hash)]
