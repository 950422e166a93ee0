"""Files and folders of the program: where they go, which of text and Path is accepted, and what validation says."""

import pathlib

import flyte
from conformance_support import caught

base = flyte.Image.from_debian_base(python_version=(3, 12), name="n", registry="r")


def main():
    folder = pathlib.Path("src")
    (folder / "inner").mkdir(parents=True)
    (folder / "a.py").write_text("1")
    (folder / "inner" / "b.py").write_text("2")
    return [
        base.with_source_folder(folder).uri,
        base.with_source_folder(folder)._layers[-1].dst,
        base.with_source_folder(folder, copy_contents_only=True)._layers[-1].dst,
        base.with_source_folder(folder, "/app").uri,
        caught(lambda: base.with_source_folder("src")),
        base.with_source_folder("src", copy_contents_only=True).uri,
        base.with_source_file(folder / "a.py").uri,
        base.with_source_file("src/a.py").uri,
        base.with_source_file([folder / "a.py", folder / "inner" / "b.py"]).uri,
        caught(lambda: base.with_source_file([folder / "a.py", pathlib.Path("a.py")])),
        caught(lambda: base.with_source_folder(pathlib.Path("missing")).validate())["class"],
        caught(lambda: base.with_source_file(folder).validate())["class"],
    ]
