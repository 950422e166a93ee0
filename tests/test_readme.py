"""The README says what is true: its example, its command lines, its options, and its one-line recipes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flyte_migrate.cli.app import app
from flyte_migrate.settings import load

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def block(marker: str) -> str:
    """The code block after an ``<!-- example: … -->`` comment."""
    found = re.search(rf"<!-- example: {marker} -->\n```python\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found[1]


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_example_is_what_the_tool_makes(tmp_path: Path) -> None:
    (tmp_path / "squares.py").write_text(block("before"))
    done = run(tmp_path, sys.executable, "-m", "flyte_migrate", "migrate", "squares.py", "--write")
    assert (tmp_path / "squares.py").read_text() == block("after")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("marker", "call"),
    [
        ("before", "print(squares.sum_of_squares(xs=[1, 2, 3]))"),
        (
            "after",
            "import flyte; run = flyte.with_runcontext(mode='local').run; "
            "print(run(squares.sum_of_squares, xs=[1, 2, 3]).outputs().o0)",
        ),
    ],
)
def test_both_sides_of_the_example_run_on_their_sdk(tmp_path: Path, marker: str, call: str) -> None:
    (tmp_path / "squares.py").write_text(block(marker))
    done = run(tmp_path, sys.executable, "-c", f"import squares; {call}")
    assert done.stdout.splitlines()[-1:] == ["14"], done.stderr


def test_every_option_is_documented() -> None:
    from typer.main import get_command

    documented = set(re.findall(r"--[a-z][a-z-]+", README))
    for command in ("migrate", "check"):
        for parameter in get_command(app).commands[command].params:  # type: ignore[attr-defined]
            options = [name for name in (*parameter.opts, *parameter.secondary_opts) if name.startswith("--")]
            assert set(options) <= documented | {"--help"}, command


def test_the_configuration_example_is_accepted(tmp_path: Path) -> None:
    found = re.search(r"```toml\n(\[tool\.flyte-migrate\].*?)```", README, re.DOTALL)
    assert found is not None
    (tmp_path / "pyproject.toml").write_text(found[1])
    settings = load(tmp_path)
    keys = set(re.findall(r"^([a-z-]+) = ", found[1], re.MULTILINE))
    assert keys | {"per-file-ignores"} == set(_readers())
    assert settings.env_name == "churn"


def _readers() -> dict[str, object]:
    from flyte_migrate import settings

    return dict(settings._READERS)


@pytest.mark.parametrize(
    "needed",
    [
        'pip install -e ".[test]" && .venv/bin/python -m pytest',
        "pip install . && .venv/bin/flyte-migrate fixtures/sample_repo",
    ],
)
def test_recipes_are_one_line_each(needed: str) -> None:
    (line,) = (line for line in README.splitlines() if needed in line)
    assert line.startswith("python3 -m venv .venv && ")


def test_the_hooks_call_commands_that_exist() -> None:
    entries = re.findall(r"entry: flyte-migrate (\S+)", (ROOT / ".pre-commit-hooks.yaml").read_text())
    assert entries == ["check", "migrate"]
    assert set(entries) <= {command.name for command in app.registered_commands}
