"""An image from a Dockerfile takes no layers, also when it is cloned."""

import pathlib

import flyte
from conformance_support import caught


def main():
    file = pathlib.Path("Dockerfile")
    file.write_text("FROM scratch")
    image = flyte.Image.from_dockerfile(file, registry="r", name="n")
    return [
        image.uri,
        caught(lambda: image.with_pip_packages("a")),
        caught(lambda: image.clone(extendable=True).with_pip_packages("a")),
        image.clone(name="m").uri,
        caught(lambda: flyte.Image.from_dockerfile("missing", registry="r", name="n").uri)["class"],
        caught(lambda: flyte.Image.from_dockerfile(file)),
    ]
