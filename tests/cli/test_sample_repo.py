"""The sample repository: a working Flyte 1 project that the tool has something to say about."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.cli.harness import Cli

SAMPLE = Path(__file__).parents[2] / "fixtures" / "sample_repo"


def run(folder: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_it_runs_on_flyte_1(tmp_path: Path) -> None:
    done = run(SAMPLE, tmp_path, "-m", "churn")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-2:] == ['{"accuracy": 1.0, "threshold": 0.2}', "would publish threshold 0.2"]


def test_its_own_tests_pass_on_flyte_1(tmp_path: Path) -> None:
    done = run(SAMPLE, tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist")
    assert done.returncode == 0, done.stdout


def test_check_finds_its_uses_of_flyte_1(cli: Cli) -> None:
    result = cli("check", str(SAMPLE), "--output-format", "concise", "-q")
    assert result.code == 1
    files = {line.split(":")[0].removeprefix(f"{SAMPLE}/") for line in result.text.splitlines()}
    assert files >= {
        "churn/config.py",
        "churn/features.py",
        "churn/schedules.py",
        "churn/workflows.py",
        "pyproject.toml",
    }


def test_the_same_input_gives_the_same_output_in_every_process() -> None:
    """Nothing depends on the order of sets, which the seed of the hash decides."""
    command = [sys.executable, "-m", "flyte_migrate", "migrate", "fixtures/sample_repo", "fixtures/artifacts"]
    outputs = {
        subprocess.run(
            command,
            cwd=SAMPLE.parents[1],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            check=False,
        ).stdout
        for seed in range(3)
    }
    assert len(outputs) == 1 and b"+import flyte" in outputs.pop()
