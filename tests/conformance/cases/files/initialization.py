"""Without `flyte.init()` files cannot be made from local ones, not even within a local run."""

import os
import subprocess
import sys

import flyte

PROGRAM = """
import flyte
from flyte.io import Dir, File

env = flyte.TaskEnvironment(name="files-initialization")

@env.task
def make() -> str:
    return File.from_local_sync(__file__).path

def show(call):
    try:
        print(type(call()).__name__)
    except Exception as error:
        print(type(error).__name__, getattr(error, "code", None), error)

show(lambda: File.from_local_sync(__file__))
show(lambda: File.new_remote())
show(lambda: File.from_existing_remote("a"))
show(lambda: Dir.from_local_sync("."))
show(lambda: flyte.with_runcontext(mode="local").run(make))
flyte.init()
show(lambda: flyte.with_runcontext(mode="local").run(make).outputs()[0])
"""


def main():
    with open("program.py", "w") as f:
        f.write(PROGRAM)
    where = os.path.dirname(os.path.dirname(flyte.__file__))
    finished = subprocess.run(
        [sys.executable, "program.py"], env={**os.environ, "PYTHONPATH": where}, capture_output=True, text=True
    )
    return finished.stdout.splitlines()
