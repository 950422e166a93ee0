"""A directory counts by its path, or by its key when it has one."""

import pathlib

import flyte
from conformance_support import only
from flyte.io import Dir

flyte.init()
env = flyte.TaskEnvironment(name="dirs-cache-keys")
calls = []


@env.task(cache="auto")
def cached(folder: Dir) -> int:
    calls.append(folder.path)
    return len(calls)


@env.task
def by_path() -> list[int]:
    pathlib.Path("a").mkdir()
    return [cached(Dir.from_local_sync("a")), cached(Dir.from_local_sync("a"))]


@env.task
def by_key() -> list[int]:
    return [cached(Dir.from_local_sync(name, dir_cache_key="k")) for name in ("b", "c")]


def main():
    return [only(by_path), only(by_key)]
