"""A file cannot be opened, joined or used as a key (TRAP-15, TYP-19)."""

import os
import pathlib

from conformance_support import caught
from flyte.io import File

file = File(path="folder/data.txt")


def main():
    return [
        caught(lambda: os.fspath(file)),
        caught(lambda: open(file)),
        caught(lambda: pathlib.Path(file))["class"],
        caught(lambda: os.path.join("a", file))["class"],
        caught(lambda: {file: 1}),
        str(file),
        repr(file),
        [name for name in ("remote_source", "remote_path", "extension", "downloaded", "new") if hasattr(file, name)],
    ]
