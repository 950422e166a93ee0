"""OrderedDict and defaultdict with parameters."""

import collections
import typing

import flyte
from conformance_support import caught, described, only

env = flyte.TaskEnvironment(name="types-subscripted-dict-kinds")


def main():
    shown = []
    for kind, value in [
        (collections.OrderedDict[str, int], collections.OrderedDict(a=1)),
        (collections.defaultdict[str, int], collections.defaultdict(int, a=1)),
        (typing.OrderedDict[str, int], collections.OrderedDict(a=1)),
        (collections.defaultdict, collections.defaultdict(int, a=1)),
        (collections.Counter, collections.Counter("aab")),
    ]:

        def echo(x):
            return described(x)

        echo.__name__ = f"echo_{len(shown)}"
        echo.__annotations__ = {"x": kind, "return": str}
        shown.append(caught(lambda: only(env.task(echo), value), message=False))
    return shown
