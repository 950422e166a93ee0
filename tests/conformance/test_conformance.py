"""The bundled runtime gives what the real SDK gives, case by case."""

from __future__ import annotations

import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys
import time
from typing import Any, NamedTuple

import pytest

HERE = pathlib.Path(__file__).resolve().parent
RUNTIMES = ("bundled", "real")


class Difference(NamedTuple):
    """A case in which the runtimes differ on purpose."""

    reason: str
    bundled: Any
    real: Any


DIFFERENCES: dict[str, Difference] = {
    "submodules/reachable_after_a_run": Difference(
        "Stricter: a run of the real SDK happens to import sub-packages, so code without an import of its own works in "
        "runs and fails in direct calls (TRAP-37). Here it fails in both.",
        bundled=[],
        real=["report", "remote", "types"],
    ),
}


def _names() -> list[str]:
    """The cases whose libraries are here: plugins and typed frames bring heavy ones that the test extra leaves out."""
    found = []
    for path in sorted((HERE / "cases").glob("*/*.py")):
        needed = set(re.findall(r"\b(flyteplugins\.\w+|pandera)\b", path.read_text()))
        if all(_is_installed(name) for name in needed):
            found.append(f"{path.parent.name}/{path.stem}")
    return found


def _is_installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _run(runtime: str, folder: pathlib.Path) -> None:
    home = folder / f"home-{runtime}"
    home.mkdir()
    output = folder / f"{runtime}.json"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FLYTE", "_FLYTE", "PYTHONPATH"))}
    finished = subprocess.run(
        [sys.executable, str(HERE / "run_cases.py"), runtime, "-", str(folder / f"{runtime}.part")],
        env={**kept, "HOME": str(home), "PYTHONHASHSEED": "0", "TMPDIR": str(folder)},
        cwd=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    if finished.returncode != 0:
        failed = {"failed": finished.stderr[-3000:]}
        (folder / f"{runtime}.part").write_text(json.dumps({"*": failed}))
    os.replace(folder / f"{runtime}.part", output)


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The results by runtime and case. Parallel test workers share one run: the first to come makes it."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "conformance"
    shared.mkdir(exist_ok=True)
    for runtime in RUNTIMES:
        try:
            (shared / f"{runtime}.taken").touch(exist_ok=False)
        except FileExistsError:
            continue
        _run(runtime, shared)
    deadline = time.monotonic() + 300
    while not all((shared / f"{runtime}.json").exists() for runtime in RUNTIMES):
        assert time.monotonic() < deadline, "the other worker did not finish the cases"
        time.sleep(0.1)
    return {runtime: json.loads((shared / f"{runtime}.json").read_text()) for runtime in RUNTIMES}


def _outcome(results: dict[str, dict[str, Any]], runtime: str, name: str) -> Any:
    of_runtime = results[runtime]
    result = of_runtime.get(name) or of_runtime.get("*") or {"failed": "no result"}
    assert "failed" not in result, f"{name} fails on the {runtime} runtime:\n{result.get('where') or result['failed']}"
    return result["value"]


@pytest.mark.parametrize("name", _names())
def test_both_runtimes_agree(name: str, results: dict[str, dict[str, Any]]) -> None:
    bundled, real = (_outcome(results, runtime, name) for runtime in RUNTIMES)
    if name in DIFFERENCES:
        assert (bundled, real) == (DIFFERENCES[name].bundled, DIFFERENCES[name].real)
    else:
        assert bundled == real


def test_every_listed_difference_belongs_to_a_case() -> None:
    assert set(DIFFERENCES) <= set(_names())


def test_every_case_says_what_it_is_about() -> None:
    silent = [str(path) for path in (HERE / "cases").glob("*/*.py") if not path.read_text().startswith('"""')]
    assert not silent
