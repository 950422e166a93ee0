"""Folders are restored as folders, files as the payload."""

import pathlib

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="checkpoint-folders-and-files")


SEEN = []


@env.task(retries=1)
def folder() -> list[str]:
    checkpoint = flyte.ctx().checkpoint
    loaded = checkpoint.load_sync()
    if loaded is None:
        made = pathlib.Path("state")
        (made / "sub").mkdir(parents=True)
        (made / "a.txt").write_text("a")
        (made / "sub" / "b.txt").write_text("b")
        checkpoint.save_sync(made)
        raise RuntimeError("crash")
    return sorted(str(each.relative_to(loaded)) for each in loaded.rglob("*.txt"))


@env.task(retries=1)
def file() -> list[str]:
    checkpoint = flyte.ctx().checkpoint
    loaded = checkpoint.load_sync()
    if loaded is None:
        pathlib.Path("model.bin").write_bytes(b"123")
        checkpoint.save_sync("model.bin")
        raise RuntimeError("crash")
    return [loaded.name, loaded.read_text()]


def main():
    return [only(folder), only(file)]
