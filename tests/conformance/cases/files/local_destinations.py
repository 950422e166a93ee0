"""A destination makes a copy; a hash method is applied to what is written, a text is taken as the hash."""

import hashlib
import pathlib

import flyte
from conformance_support import caught, only
from flyte.io import File, HashFunction

flyte.init()
env = flyte.TaskEnvironment(name="files-destinations")


def digest(data):
    return hashlib.md5(bytes(data)).hexdigest()


@env.task
def copy() -> list[str]:
    pathlib.Path("data.txt").write_text("x")
    plain = File.from_local_sync("data.txt", "copy.txt")
    hashed = File.from_local_sync("data.txt", "hashed.txt", hash_method=HashFunction.from_fn(digest))
    known = File.from_local_sync("data.txt", hash_method="known")
    unhashed = File.from_local_sync("data.txt", hash_method=HashFunction.from_fn(digest))
    found = [plain.name, pathlib.Path(plain.path).name, str(plain.hash), pathlib.Path("copy.txt").read_text()]
    return [*found, str(hashed.hash), str(known.hash), str(unhashed.hash)]


@env.task
async def copy_async() -> list[str]:
    pathlib.Path("data.txt").write_text("x")
    plain = await File.from_local("data.txt", "async.txt")
    return [pathlib.Path(plain.path).name, pathlib.Path("async.txt").read_text()]


@env.task
def missing() -> File:
    return File.from_local_sync("missing.txt")


def main():
    return [only(copy), only(copy_async), caught(lambda: only(missing))]
