"""The published base image: its address by Python and Flyte version, and when it becomes an image of its own."""

import flyte
from conformance_support import caught

Image = flyte.Image


def main():
    return [
        Image.from_debian_base().uri,
        Image.from_debian_base(python_version=(3, 11)).uri,
        Image.from_debian_base(python_version=(3, 9)).uri,
        Image.from_debian_base(flyte_version="2.0.0").uri,
        Image.from_debian_base(flyte_version="v2.0.1").uri,
        Image.from_debian_base(name="n").uri,
        Image.from_debian_base(name="n", registry="r").uri,
        Image.from_debian_base(registry="r").uri,
        Image.from_debian_base(name="n", registry_secret="s").uri,
        caught(lambda: Image.from_debian_base(python_version=3)),
        caught(lambda: Image.from_debian_base(packages=["a"])),
    ]
