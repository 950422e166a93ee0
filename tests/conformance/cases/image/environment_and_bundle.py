"""Environment variables, the code bundle and the ignore file as layers."""

import pathlib

import flyte
from conformance_support import caught

base = flyte.Image.from_debian_base(python_version=(3, 12), name="n", registry="r")


def main():
    return [
        base.with_env_vars({"A": "1", "B": "2"}).uri,
        base.with_env_vars({"B": "2", "A": "1"}).uri,
        base.with_env_vars({"A": 1}).uri,
        base.with_dockerignore(pathlib.Path(".dockerignore")).uri,
        base.with_code_bundle()._layers[-1].copy_style,
        caught(lambda: base.with_code_bundle().uri),
    ]
