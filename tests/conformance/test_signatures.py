"""Every public name that migrated code can hold has the same signature on the bundled runtime and on the real SDK.

One row per name, so that a new release of the SDK that changes a signature shows as a failing row.
"""

from __future__ import annotations

import importlib.util
import json
import os
import pathlib
import subprocess
import sys
from typing import Any, NamedTuple

import pytest

from .signatures import NAMES

HERE = pathlib.Path(__file__).resolve().parent


def _is_installed(name: str) -> bool:
    """Whether the package of a plugin's name is here: plugins bring heavy libraries that the test extra leaves out."""
    try:
        return (
            not name.startswith("flyteplugins.") or importlib.util.find_spec(".".join(name.split(".")[:2])) is not None
        )
    except ModuleNotFoundError:
        return False


class Difference(NamedTuple):
    """A signature that differs on purpose: why, and exactly how."""

    reason: str
    only_real: tuple[str, ...] = ()
    only_bundled: tuple[str, ...] = ()
    calls: tuple[str, str] | None = None


DIFFERENCES = {
    "flyte.TaskTemplate.aio": Difference(
        "it returns the coroutine of the call, which strict mode watches until it is awaited", calls=("async", "sync")
    ),
    "flyte.deploy": Difference(
        "nothing can be deployed without a server: it refuses at once, whatever it is given",
        only_real=(
            "dry_run keyword_only optional",
            "version keyword_only optional",
            "interactive_mode keyword_only optional",
            "copy_style keyword_only optional",
            "dryrun keyword_only optional",
        ),
        only_bundled=("**settings",),
        calls=("async, with .aio", "sync"),
    ),
    "flyte.build_images": Difference(
        "no image can be built without a server: it refuses at once, whatever it is given",
        only_real=("copy_style keyword_only optional", "seed_cache keyword_only optional"),
        only_bundled=("**settings",),
        calls=("async, with .aio", "sync"),
    ),
}


def _signatures(runtime: str, home: pathlib.Path) -> dict[str, Any]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FLYTE", "_FLYTE", "PYTHONPATH"))}
    finished = subprocess.run(
        [sys.executable, str(HERE / "signatures.py"), runtime],
        env={**kept, "HOME": str(home), "LOG_LEVEL": "60"},
        cwd=home,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert finished.returncode == 0, finished.stderr[-3000:]
    described: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return described


@pytest.fixture(scope="module")
def signatures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The descriptions by runtime and name."""
    return {runtime: _signatures(runtime, tmp_path_factory.mktemp(runtime)) for runtime in ("bundled", "real")}


@pytest.mark.parametrize("name", [name for name in NAMES if _is_installed(name)])
def test_signature_is_that_of_the_real_sdk(name: str, signatures: dict[str, dict[str, Any]]) -> None:
    bundled, real = signatures["bundled"][name], signatures["real"][name]
    assert "missing" not in real, f"the installed SDK has no {name}: {real}"
    assert "missing" not in bundled, f"the bundled runtime has no {name}: {bundled}"
    if name not in DIFFERENCES:
        assert bundled == real
        return
    expected = DIFFERENCES[name]
    assert tuple(each for each in real["parameters"] if each not in bundled["parameters"]) == expected.only_real
    assert tuple(each for each in bundled["parameters"] if each not in real["parameters"]) == expected.only_bundled
    assert expected.calls in (None, (real["call"], bundled["call"]))


def test_differences_are_of_names_that_are_compared() -> None:
    assert set(DIFFERENCES) <= set(NAMES)
    assert all(each.reason for each in DIFFERENCES.values())
