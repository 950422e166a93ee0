"""All tasks of a local run share the process: globals and the working folder."""

import pathlib

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-global-state")


STATE = {"n": 0}


@env.task
def add() -> int:
    STATE["n"] += 1
    pathlib.Path("made.txt").write_text(str(STATE["n"]))
    return STATE["n"]


@env.task
def main_task() -> str:
    add()
    add()
    return pathlib.Path("made.txt").read_text()


def main():
    return [only(main_task), STATE]
