"""An image the configuration names: no address of its own, no layers until it is made extendable."""

import flyte
from conformance_support import caught

Image = flyte.Image


def main():
    return [
        Image.from_ref_name("gpu")._ref_name,
        Image.from_ref_name()._ref_name,
        caught(lambda: Image.from_ref_name("gpu").uri),
        caught(lambda: Image.from_ref_name("gpu").with_pip_packages("a")),
        Image.from_ref_name("gpu").clone(extendable=True).with_pip_packages("a").uri,
    ]
