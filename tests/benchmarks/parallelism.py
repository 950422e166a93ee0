"""How long migrated workflows take beside the critical path: ``python -m tests.benchmarks.parallelism``.

Every task sleeps, so that a workflow could end after the longest chain of tasks that wait for each other. The
programs are written for Flyte 1, migrated with ``--style async`` (and ``sync`` for comparison) and run by the real
flyte in local mode.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: What the ratio to the critical path may be.
GOAL = 1.3

_HEAD = """\
import time
from functools import partial
from typing import List, Tuple

from flytekit import conditional, dynamic, map_task, task, workflow

SECOND = {second}


@task
def short(x: int) -> int:
    time.sleep(SECOND)
    return x + 1


@task
def long(x: int) -> int:
    time.sleep(3 * SECOND)
    return x * 2


@task
def join(a: int, b: int) -> int:
    time.sleep(SECOND)
    return a + b


@task
def total(xs: List[int]) -> int:
    time.sleep(SECOND)
    return sum(xs)

"""


@dataclass(frozen=True)
class Program:
    """A workflow ``main``, its inputs, and its critical path in units of the shortest task."""

    body: str
    inputs: dict[str, Any]
    critical_path: int


PROGRAMS = {
    "diamond": Program(
        """
@workflow
def main(x: int) -> int:
    start = short(x=x)
    a = short(x=start)
    b = short(x=start)
    return join(a=a, b=b)
""",
        {"x": 1},
        3,
    ),
    "fan out, fan in": Program(
        """
@dynamic
def main(n: int) -> int:
    results = []
    for i in range(n):
        results.append(short(x=i))
    return total(xs=results)
""",
        {"n": 8},
        2,
    ),
    "two chains": Program(
        """
@workflow
def main(x: int) -> int:
    a = short(x=x)
    a = long(x=a)
    b = long(x=x)
    b = short(x=b)
    return join(a=a, b=b)
""",
        {"x": 1},
        5,
    ),
    "crossed chains": Program(
        """
@workflow
def main(x: int) -> Tuple[int, int]:
    a = short(x=x)
    b = long(x=x)
    c = long(x=a)
    d = join(a=a, b=b)
    return c, d
""",
        {"x": 1},
        4,
    ),
    "nested subworkflows": Program(
        """
@workflow
def inner(x: int) -> int:
    return join(a=short(x=x), b=short(x=x))


@workflow
def chain(x: int) -> int:
    return short(x=short(x=x))


@workflow
def main(x: int) -> int:
    a = inner(x=x)
    b = chain(x=x)
    c = inner(x=x)
    return total(xs=[a, b, c])
""",
        {"x": 1},
        3,
    ),
    "map": Program(
        """
@workflow
def main(xs: List[int]) -> int:
    return total(xs=map_task(short)(x=xs))
""",
        {"xs": [1, 2, 3, 4, 5, 6]},
        2,
    ),
    "map with concurrency": Program(
        """
@workflow
def main(xs: List[int]) -> int:
    return total(xs=map_task(short, concurrency=2)(x=xs))
""",
        {"xs": [1, 2, 3, 4, 5, 6]},
        4,
    ),
    "condition beside a chain": Program(
        """
@workflow
def main(x: int) -> int:
    a = short(x=short(x=x))
    b = conditional("b").if_(x > 3).then(long(x=x)).else_().then(short(x=x))
    return join(a=a, b=b)
""",
        {"x": 1},
        3,
    ),
    "chains in a loop": Program(
        """
@dynamic
def main(n: int) -> int:
    results = []
    for i in range(n):
        a = short(x=i)
        results.append(join(a=a, b=i))
    return total(xs=results)
""",
        {"n": 4},
        3,
    ),
}


def measure(second: float, styles: tuple[str, ...], repeat: int) -> dict[str, dict[str, float]]:
    """The median run time of every program for each style, in seconds."""
    from tests.fixtures import migrate

    with tempfile.TemporaryDirectory() as folder:
        jobs = []
        for number, (name, program) in enumerate(PROGRAMS.items()):
            for style in styles:
                module = f"program_{number}_{style}"
                source = _HEAD.replace("{second}", str(second)) + program.body
                result = migrate({"program.py": source}, {"style": style})
                if result.failures:
                    raise RuntimeError(result.failures[0])
                (Path(folder) / f"{module}.py").write_text(result.files["program.py"])
                jobs.append({"id": f"{name}/{style}", "module": module, "inputs": program.inputs})
        environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{Path(__file__).parents[2]}", "HOME": folder}
        command = [sys.executable, "-m", "tests.benchmarks.parallelism", "--serve", str(repeat)]
        done = subprocess.run(
            command, input=json.dumps(jobs), capture_output=True, text=True, env=environment, check=True
        )
    times = json.loads(done.stdout.splitlines()[-1])
    return {name: {style: times[f"{name}/{style}"] for style in styles} for name in PROGRAMS}


def _serve(repeat: int) -> None:
    import flyte

    logging.disable(logging.CRITICAL)
    found = {}
    for job in json.load(sys.stdin):
        entry = importlib.import_module(job["module"]).main
        times = []
        for number in range(repeat + (not found)):  # the first run of all imports most of the SDK
            start = time.perf_counter()
            flyte.with_runcontext(mode="local").run(entry, **job["inputs"])
            if found or number:
                times.append(time.perf_counter() - start)
        found[job["id"]] = statistics.median(times)
    print(json.dumps(found))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--second", type=float, default=0.5, help="how long the shortest task sleeps (default 0.5)")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--sync", action="store_true", help="run the sync style as well")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        _serve(options.serve)
        return 0
    styles = ("async", "sync") if options.sync else ("async",)
    times = measure(options.second, styles, options.repeat)
    worst = 0.0
    print(f"{'program':26} {'critical path':>13} " + " ".join(f"{style:>8} {'ratio':>6}" for style in styles))
    for name, found in times.items():
        ideal = PROGRAMS[name].critical_path * options.second
        print(f"{name:26} {ideal:12.2f}s " + " ".join(f"{found[s]:7.2f}s {found[s] / ideal:6.2f}" for s in styles))
        worst = max(worst, found["async"] / ideal)
    print(f"worst ratio of async to the critical path: {worst:.2f} (goal: at most {GOAL})")
    return 0 if worst <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
