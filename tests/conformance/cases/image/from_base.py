"""An existing image takes layers only once it is cloned with a name and made extendable (TRAP-12)."""

import flyte
from conformance_support import caught

base = flyte.Image.from_base("registry.example/tools:1.0")


def main():
    return [
        base.uri,
        base.extendable,
        caught(lambda: base.with_pip_packages("a")),
        caught(lambda: base.clone(name="n").with_pip_packages("a")),
        caught(lambda: base.clone(extendable=True).with_pip_packages("a")),
        base.clone(name="n", extendable=True).with_pip_packages("a").uri,
        base.clone(name="n", registry="r", extendable=True).with_pip_packages("a").uri,
        caught(lambda: base.clone(registry="r").uri),
        caught(lambda: flyte.Image.from_base(None).uri),
        caught(lambda: flyte.Image.from_base("").uri),
    ]
