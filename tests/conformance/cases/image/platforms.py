"""Platforms: the defaults of each constructor, text where a tuple is meant, and cloning."""

import flyte

Image = flyte.Image


def main():
    base = Image.from_base("r/n:1")
    return [
        Image.from_debian_base().platform,
        Image.from_debian_base(platform=("linux/amd64",)).platform,
        Image.from_debian_base(name="n", platform="linux/amd64").platform,
        base.platform,
        base.clone(platform="linux/arm64").platform,
        base.clone(platform=("linux/amd64", "linux/arm64")).platform,
        Image.from_dockerfile("Dockerfile", registry="r", name="n").platform,
        Image.from_dockerfile("Dockerfile", registry="r", name="n", platform="linux/arm64").platform,
    ]
