"""Runs small programs on the bundled runtime, each in a process of its own."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from typing import Any

RUNTIME = pathlib.Path(__file__).resolve().parents[2] / "runtime"

_END = """
import json as _json, sys as _sys
from flyte import _recorder as _r, _strict as _s
try:
    _s.close_process_scope()
except _s.StrictError:
    pass
print("\\n@@" + _json.dumps({"violations": _s.violations_as_dicts(), "record": _r.to_dict(), "tree": _r.tree()}))
"""


@dataclass(frozen=True)
class Finished:
    """What a program did.

    Args:
        path: its file; output, errors: what it printed; code: its exit code.
        violations: what strict mode found; record, tree: what was recorded.
    """

    path: str
    output: str
    errors: str
    code: int
    violations: list[dict[str, Any]]
    record: dict[str, Any]
    tree: str

    def line_of(self, marker: str) -> int:
        """The number of the line that ends in `# <marker>`."""
        lines = pathlib.Path(self.path).read_text().splitlines()
        return next(number for number, line in enumerate(lines, 1) if line.endswith(f"# {marker}"))


def run_program(folder: pathlib.Path, text: str, *, strict: bool = False, **variables: str) -> Finished:
    """Run a program; it ends with a report of strict mode and of the record, even after an error."""
    path = folder / "program.py"
    body = textwrap.dedent(text).strip("\n")
    path.write_text(body + "\n")
    starter = folder / "start.py"
    starter.write_text(
        f"import runpy, sys, traceback\nsys.path.insert(0, {str(folder)!r})\n"
        f"try:\n    runpy.run_path({str(path)!r}, run_name='__main__')\n    code = 0\n"
        f"except BaseException:\n    traceback.print_exc()\n    code = 1\n{_END}\n"
        "_sys.stdout.flush(); _sys.stderr.flush()\nimport os; os._exit(code)\n"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FLYTE")}
    environment = {**kept, "PYTHONPATH": str(RUNTIME), "HOME": str(folder), "TMPDIR": str(folder), "LOG_LEVEL": "60"}
    if strict:
        environment["FLYTE_MIGRATE_STRICT"] = "1"
    finished = subprocess.run(
        [sys.executable, str(starter)],
        env={**environment, **variables},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    output, _, report = finished.stdout.rpartition("\n@@")
    assert report, finished.stderr
    return Finished(
        path=str(path), output=output, errors=finished.stderr, code=finished.returncode, **json.loads(report)
    )
