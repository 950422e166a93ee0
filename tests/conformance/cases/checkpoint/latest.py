"""`latest_checkpoint` finds the newest match."""

import os
import pathlib

import flyte

env = flyte.TaskEnvironment(name="checkpoint-latest")


def main():
    root = pathlib.Path("tree")
    for index, name in enumerate(("a/last.ckpt", "b/last.ckpt", "c/other.ckpt")):
        path = root / name
        path.parent.mkdir(parents=True)
        path.write_text(name)
        os.utime(path, (1000 + index, 1000 + index))
    return [
        str(flyte.latest_checkpoint(root)),
        str(flyte.latest_checkpoint(root, "**/*.ckpt")),
        str(flyte.latest_checkpoint(root, "**/*.ckpt", key=lambda path: -path.stat().st_mtime)),
        flyte.latest_checkpoint(root, "*.none"),
    ]
