"""Requirements files must be `.txt`, and are read only when the tag is asked for."""

import pathlib

import flyte
from conformance_support import caught

base = flyte.Image.from_debian_base(python_version=(3, 12), name="n", registry="r")


def main():
    pathlib.Path("requirements.txt").write_text("pandas\n")
    return [
        base.with_requirements("requirements.txt").uri,
        base.with_requirements(pathlib.Path("requirements.txt"), pre=True).uri,
        caught(lambda: base.with_requirements("poetry.lock")),
        caught(lambda: base.with_requirements("requirements.in")),
        str(base.with_requirements("missing.txt")._layers[-1].file),
        caught(lambda: base.with_requirements("missing.txt").uri),
    ]
