"""What is reachable after a run, without an import of its own (TRAP-37)."""

import json
import os
import pathlib

import flyte

env = flyte.TaskEnvironment(name="submodules-reachable-after-a-run")


CODE = """
import json

import flyte

env = flyte.TaskEnvironment(name="one")

@env.task
def look() -> list[str]:
    return [name for name in ("report", "remote", "types", "durable", "notify") if hasattr(flyte, name)]

print(json.dumps(flyte.with_runcontext(mode="local").run(look).outputs()[0]))
"""


def main():
    import subprocess
    import sys

    folder = os.path.dirname(os.path.dirname(flyte.__file__))
    pathlib.Path("program.py").write_text(CODE)
    finished = subprocess.run(
        [sys.executable, "program.py"], env={**os.environ, "PYTHONPATH": folder}, capture_output=True, text=True
    )
    return json.loads(finished.stdout)
