"""The version of "auto": comments do not matter, a docstring does (SEM-14)."""

import pathlib

import flyte

env = flyte.TaskEnvironment(name="cache-body-hash")


SOURCES = {
    "plain": "def work(x: int) -> int:\n    return x\n",
    "comment": "def work(x: int) -> int:\n    # why\n    return  x\n",
    "docstring": 'def work(x: int) -> int:\n    """Text."""\n    return x\n',
    "other": "def work(x: int) -> int:\n    return x + 1\n",
}


def version(name):
    path = pathlib.Path(f"{name}.py")
    path.write_text(SOURCES[name])
    space = {"__name__": name}
    exec(compile(path.read_text(), str(path.resolve()), "exec"), space)
    from flyte._cache.cache import VersionParameters

    return flyte.Cache("auto").get_version(VersionParameters(func=space["work"], image=None))


def main():
    return {name: version(name) for name in SOURCES}
