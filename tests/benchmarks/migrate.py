"""What ``migrate`` costs on a repository, in units of a bare ``libcst.parse_module(text).code`` of the same files.

``python tests/benchmarks/migrate.py PATH [ROUNDS]``: CPU seconds of one process, the best of the rounds, no imports.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import libcst as cst

from flyte_migrate import engine
from flyte_migrate.project.discover import discover, mentions_v1
from flyte_migrate.settings import Settings


def main(path: str, rounds: int = 3) -> None:
    """Print the lines, both costs and their ratio."""
    settings = Settings(jobs=1)
    found = discover([path], settings)
    texts = [Path(t.path).read_text("utf-8") for t in found.targets if mentions_v1(Path(t.path).read_bytes())]
    bare: list[float] = []
    ours: list[float] = []
    for _ in range(rounds + 1):
        start = time.process_time()
        for text in texts:
            cst.parse_module(text).code  # noqa: B018 (printing is half of what is timed)
        bare.append(time.process_time() - start)
        start = time.process_time()
        list(engine.migrate(found.targets, found.roots, settings))
        ours.append(time.process_time() - start)
    unit, cost = min(bare[1:]), min(ours[1:])  # the first round warms up caches
    lines = sum(text.count("\n") for text in texts)
    print(f"{len(texts)} files, {lines} lines: bare {unit:.2f} s, migrate {cost:.2f} s, {cost / unit:.2f} x")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3)
