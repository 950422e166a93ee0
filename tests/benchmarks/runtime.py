"""What the bundled runtime costs beside the real SDK: importing it, and a fan-out of 1,000 tasks.

Pairs of processes, one per runtime and in alternating order, so that a busy machine slows both; the figure is the
median of the ratios of the pairs. `python tests/benchmarks/runtime.py [PAIRS]`; it ends with 1 when an aim is missed.
"""

from __future__ import annotations

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

RUNTIME = pathlib.Path(__file__).resolve().parents[2] / "runtime"

_TASKS = """
import asyncio, time
import flyte
env = flyte.TaskEnvironment(name="bench")

@env.task
def sync_square(x: int) -> int:
    return x * x

@env.task
async def async_square(x: int) -> int:
    return x * x

@env.task
async def gather_async(n: int) -> list[int]:
    return list(await asyncio.gather(*[async_square(x) for x in range(n)]))

@env.task
async def gather_sync(n: int) -> list[int]:
    return list(await asyncio.gather(*[sync_square.aio(x) for x in range(n)]))

@env.task
def map_sync(n: int) -> list[int]:
    return list(flyte.map(sync_square, range(n), return_exceptions=False))

@env.task
def loop_sync(n: int) -> list[int]:
    return [sync_square(x) for x in range(n)]
"""

_FAN_OUT = (
    _TASKS
    + """
flyte.with_runcontext(mode="local").run(NAME, 3)
wall, cpu = time.perf_counter(), time.process_time()
outputs = flyte.with_runcontext(mode="local").run(NAME, 1000).outputs()
assert outputs[0] == [x * x for x in range(1000)]
print(time.process_time() - cpu, time.perf_counter() - wall)
import os, sys; sys.stdout.flush(); os._exit(0)
"""
)

_IMPORT = """
import time
began = time.process_time()
CODE
print(time.process_time() - began, 0)
import os, sys; sys.stdout.flush(); os._exit(0)
"""

_SYNC_TASKS = """
import flyte
env = flyte.TaskEnvironment(name="bench")
""" + "".join(
    f"""
@env.task
def task_{number}(x: int, name: str = "a") -> list[str]:
    return [name] * x
"""
    for number in range(6)
)

# name: (program, highest ratio wanted)
BENCHMARKS = {
    "import flyte": (_IMPORT.replace("CODE", "import flyte"), 0.2),
    "import, one environment, six sync tasks": (_IMPORT.replace("CODE", _SYNC_TASKS), 0.2),
    "1,000 async tasks, gathered": (_FAN_OUT.replace("NAME", "gather_async"), 0.2),
    "1,000 sync tasks, gathered with .aio": (_FAN_OUT.replace("NAME", "gather_sync"), 0.2),
    "1,000 sync tasks, mapped": (_FAN_OUT.replace("NAME", "map_sync"), 0.2),
    "1,000 sync tasks, called in a loop": (_FAN_OUT.replace("NAME", "loop_sync"), 0.2),
}


def measure(program: str, bundled: bool) -> tuple[float, float]:
    """CPU and wall seconds of a program on one runtime."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home, "LOG_LEVEL": "60"}
        environment.pop("PYTHONPATH", None)
        if bundled:
            environment["PYTHONPATH"] = str(RUNTIME)
        path = pathlib.Path(home) / "program.py"
        path.write_text(program)
        finished = subprocess.run(
            [sys.executable, str(path)], env=environment, cwd=home, capture_output=True, text=True, check=True
        )
    cpu, wall = finished.stdout.split()
    return float(cpu), float(wall)


def main(pairs: int) -> int:
    """Print a table; 1 when an aim is missed."""
    missed = 0
    print(f"{'':40} {'bundled CPU':>12} {'real CPU':>12} {'ratio':>8} {'aim':>6} {'wall ratio':>11}")
    for name, (program, aim) in BENCHMARKS.items():
        measure(program, bundled=True)  # compiles the modules
        rows = []
        for index in range(pairs):
            order = (True, False) if index % 2 else (False, True)
            both = {bundled: measure(program, bundled) for bundled in order}
            rows.append((both[True], both[False]))
        ratio = statistics.median(bundled[0] / real[0] for bundled, real in rows)
        walls = [bundled[1] / real[1] for bundled, real in rows if real[1]]
        wall = f"{statistics.median(walls):11.3f}" if walls else ""
        missed += ratio > aim
        bundled_cpu, real_cpu = (statistics.median(row[side][0] for row in rows) for side in (0, 1))
        print(f"{name:40} {bundled_cpu:11.4f}s {real_cpu:11.4f}s {ratio:8.3f} {aim:6.2f} {wall}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))
