"""Sub-packages are reachable only after an import of their own (TRAP-37)."""

import json
import os

import flyte

env = flyte.TaskEnvironment(name="submodules-not-reachable-before-import")


CODE = """
import json
import sys

import flyte

names = ["io", "report", "notify", "durable", "extras", "remote", "types", "artifacts", "extend", "errors", "models"]
print(json.dumps([name for name in names if hasattr(flyte, name)]))
"""


def main():
    import subprocess
    import sys

    folder = os.path.dirname(os.path.dirname(flyte.__file__))
    finished = subprocess.run(
        [sys.executable, "-c", CODE], env={**os.environ, "PYTHONPATH": folder}, capture_output=True
    )
    return json.loads(finished.stdout)
