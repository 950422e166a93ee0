"""Packages are separate arguments: a list is refused, and every option changes the tag."""

import flyte
from conformance_support import caught

base = flyte.Image.from_debian_base(python_version=(3, 12), name="n", registry="r")


def main():
    return [
        base.with_pip_packages("a", "b").uri,
        base.with_pip_packages("b", "a").uri,
        base.with_pip_packages().uri,
        caught(lambda: base.with_pip_packages(["a", "b"])),
        caught(lambda: base.with_pip_packages("a", ["b"])),
        base.with_pip_packages("a", index_url="https://i").uri,
        base.with_pip_packages("a", extra_index_urls="https://e").uri,
        base.with_pip_packages("a", extra_index_urls=["https://e"]).uri,
        base.with_pip_packages("a", pre=True).uri,
        base.with_pip_packages("a", extra_args="--no-deps").uri,
        base.with_pip_packages("a", secret_mounts=[flyte.Secret("K")]).uri,
        base.with_pip_packages("a", secret_mounts="K").uri,
        caught(lambda: base.with_pip_packages("a", index="https://i")),
    ]
