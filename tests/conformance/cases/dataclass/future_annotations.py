"""Dataclasses whose annotations are text."""

import os
import pathlib

import flyte
from conformance_support import caught, only

env = flyte.TaskEnvironment(name="dataclass-future-annotations")


SOURCE = """
from __future__ import annotations
import dataclasses


@dataclasses.dataclass
class Inner:
    n: int


@dataclasses.dataclass
class Outer:
    inner: Inner
    items: list[Inner]
    maybe: Inner | None = None
"""


def main():
    import importlib
    import sys

    pathlib.Path("dataclass_future_module.py").write_text(SOURCE)
    sys.path.insert(0, os.getcwd())
    module = importlib.import_module("dataclass_future_module")
    sys.path.pop(0)

    def echo(x):
        return x

    echo.__annotations__ = {"x": module.Outer, "return": module.Outer}
    task = env.task(echo)
    return [
        repr(only(task, module.Outer(module.Inner(1), [module.Inner(2)]))),
        caught(lambda: repr(only(task, {"inner": {"n": 1}, "items": []})), message=False),
    ]
