"""The base image without Flyte is built from Python's own, with a fixed tag until it is changed."""

import flyte

Image = flyte.Image


def main():
    plain = Image.from_debian_base(python_version=(3, 12), install_flyte=False)
    return [
        plain.uri,
        plain.base_image,
        len(plain._layers),
        Image.from_debian_base(python_version=(3, 12), install_flyte=False, name="n").uri,
        plain.with_pip_packages("a").uri,
    ]
