"""What start-up and ``check`` cost, in CPU seconds, beside the least that they could cost.

    python tests/benchmarks/check.py [--files 2000] [--repeat 5]

Makes a repository in a temporary folder, a tenth of whose files use Flyte 1, and takes medians, children included.
Goals:

    version   at most 2 times an empty interpreter
    help      at most 0.15 s
    check     beyond an empty typer command: at most 6 times a scan of the same bytes, and 2 times ruff's Airflow rules
    clean     on a repository without Flyte 1: at most 25 microseconds a file, beyond what one file costs

Exits with 1 if a goal is missed.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

EMPTY_COMMAND = """
import typer
app = typer.Typer(rich_markup_mode=None)
@app.command()
def one(): ...
@app.command()
def two(): ...
app()
"""
SCAN = """
import os, re, sys
pattern = re.compile(rb"flyte[-_]?(?:kit|migrate)")
for folder, folders, names in os.walk(sys.argv[1]):
    for name in names:
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read()
        b"flyte" in data and pattern.search(data)
"""
FLOW = '''
@task(cache=True, cache_version="{number}", requests=Resources(cpu="1", mem="1Gi"))
def step_{number}(value: int, name: str = "{number}") -> int:
    """Adds {number}."""
    total = value + {number}
    for index in range(total):
        if index % 7 == 0 and name.startswith("{number}"):
            total += index
    return total


@workflow
def flow_{number}(value: int) -> int:
    return step_{number}(value=step_{number}(value=value))
'''
PLAIN = '''
class Thing{number}:
    """One of many."""

    def __init__(self, size: int, names: list[str] | None = None) -> None:
        self.size = size
        self.names = names or [str(number) for number in range(size)]

    def total(self, weights: dict[str, float]) -> float:
        """The weighted sum of the names' lengths."""
        return sum(weights.get(name, 1.0) * len(name) for name in self.names if name != "{number}")
'''


def make_repository(root: Path, files: int, share: float) -> None:
    """``files`` modules of about 150 lines in packages of fifty; ``share`` of them use Flyte 1."""
    chance = random.Random(1)
    for number in range(files):
        folder = root / f"package_{number // 50}"
        folder.mkdir(exist_ok=True)
        body = "".join(
            (FLOW if number < files * share else PLAIN).format(number=chance.randint(1, 99)) for _ in range(11)
        )
        head = (
            "from flytekit import Resources, task, workflow\n" if number < files * share else "import os\nimport sys\n"
        )
        (folder / f"module_{number}.py").write_text(head + body)


def cpu_seconds(command: Sequence[str], repeat: int) -> float:
    """The median CPU time of ``command`` and its children."""
    times = []
    for _ in range(repeat + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(times[1:])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    folder = os.path.dirname(sys.executable)
    tool, ruff = os.path.join(folder, "flyte-migrate"), os.path.join(folder, "ruff")

    with tempfile.TemporaryDirectory() as scratch:
        mixed, clean = Path(scratch, "mixed"), Path(scratch, "clean")
        for root, share in ((mixed, 0.1), (clean, 0.0)):
            root.mkdir()
            make_repository(root, options.files, share)
        empty = Path(scratch, "empty", "one.py")
        empty.parent.mkdir()
        empty.write_text(EMPTY_COMMAND)

        def measure(*command: str) -> float:
            return cpu_seconds(command, options.repeat)

        interpreter = measure(sys.executable, "-c", "pass")
        floor = measure(sys.executable, str(empty), "one")
        scan = measure(sys.executable, "-c", SCAN, str(mixed)) - interpreter
        linter = measure(ruff, "check", "--no-cache", "--isolated", "--select", "AIR", str(mixed))
        version, help_text = measure(tool, "--version"), measure(tool, "--help")
        check = measure(tool, "check", str(mixed), "--jobs", "1", "-q") - floor
        untouched = measure(tool, "check", str(clean), "--jobs", "1", "-q") - measure(tool, "check", str(empty), "-q")

    rows = [
        ("version", version, 2 * interpreter),
        ("help", help_text, 0.15),
        ("check, against a scan", check, 6 * scan),
        ("check, against ruff", check, 2 * linter),
        ("clean repository", untouched, 25e-6 * options.files),
    ]
    print(
        f"interpreter {interpreter:.3f}  typer {floor:.3f}  scan {scan:.3f}  ruff {linter:.3f}  ({options.files} files)"
    )
    for name, seconds, goal in rows:
        print(f"{name:<24} {seconds:7.3f} s   goal {goal:7.3f} s   {'met' if seconds <= goal else 'MISSED'}")
    return int(any(seconds > goal for _, seconds, goal in rows))


if __name__ == "__main__":
    sys.exit(main())
