"""What the command says when it is called wrongly, asked for help, or asked for its version."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flyte_migrate import __version__
from tests.cli.harness import Cli, Engine


def run(*command: str, code: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)


def test_without_arguments_there_is_help(project: Path, cli: Cli) -> None:
    result = cli()
    assert "Commands:" in result.text + result.err
    for command in ("migrate", "check", "explain", "rules"):
        assert f"  {command} " in result.text + result.err


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_the_version(project: Path, cli: Cli, flag: str) -> None:
    assert cli(flag).text == f"flyte-migrate {__version__}\n"


def test_the_version_is_told_before_anything_slow_is_imported() -> None:
    script = (
        "import sys; sys.argv = ['flyte-migrate', '--version']\n"
        "from flyte_migrate.__main__ import main; main()\n"
        "print([name for name in ('typer', 'rich', 'libcst', 'dataclasses', 'tomllib') if name in sys.modules])"
    )
    assert run("-c", script).stdout.splitlines() == [f"flyte-migrate {__version__}", "[]"]


def test_it_runs_as_a_module() -> None:
    assert run("-m", "flyte_migrate", "--version").stdout == f"flyte-migrate {__version__}\n"


@pytest.mark.parametrize("command", ["--help", "migrate -h", "check --help", "explain --help", "rules --help"])
def test_help_is_no_error(project: Path, cli: Cli, command: str) -> None:
    result = cli(*command.split())
    assert result.code == 0
    assert result.text.startswith("Usage: flyte-migrate")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("chekc", "did you mean `check`?"),
        ("nowhere.py", "nowhere.py: no such file or folder"),
        ("migrate", "flyte-migrate migrate ."),
        ("check nowhere", "nowhere: no such file or folder"),
        ("check . --no-such-option", "no-such-option"),
        ("check . --jobs none", "'auto', not 'none'"),
        ("check . --jobs 0", "at least 1"),
        ("check . --output-format xml", "xml"),
        ("check . --select XY1", "'XY1' is not a code"),
        ("check . --ignore FM999", "no finding has the code FM999"),
        ("check . --write-baseline", "--baseline FILE"),
        ("check . --baseline gone.json", "--write-baseline"),
        ("check . --config gone.toml", "gone.toml: no such configuration file"),
        ("check . --output-file no/such/folder.txt", "can't be written"),
        ("check . --output-file .", "can't be written: it is a folder"),
        ("verify . --output-file no/such/folder.txt", "can't be written"),
        ("explain FM9", "FM901, FM902"),
        ("explain no_such_name_at_all", "no Flyte 1 name"),
        ("migrate . --style fast", "fast"),
        ("migrate . --exclude a\\", "--exclude"),
    ],
)
def test_a_wrong_call_says_what_to_do(project: Path, cli: Cli, engine: Engine, arguments: str, message: str) -> None:
    (project / "a.py").write_text("x = 1\n")
    result = cli(*arguments.split())
    assert result.code == 2
    assert message in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("command", ["migrate", "check", "verify"])
def test_an_empty_path_is_not_the_working_directory(project: Path, cli: Cli, engine: Engine, command: str) -> None:
    (project / "a.py").write_text("old\n")
    result = cli(command, "")
    assert (result.code, result.err) == (2, "flyte-migrate: a path is empty\n")


def test_a_folder_without_python_files_is_no_input(project: Path, cli: Cli) -> None:
    (project / "docs").mkdir()
    result = cli("check", "docs")
    assert (result.code, result.err) == (2, "flyte-migrate: no Python files in docs\n")


def test_a_wrong_configuration_is_told_with_its_place(project: Path, cli: Cli) -> None:
    (project / "a.py").write_text("x = 1\n")
    (project / "pyproject.toml").write_text('[tool.flyte-migrate]\nmaperrors = "raise"\n')
    result = cli("check", ".")
    assert result.code == 2
    assert "pyproject.toml: [tool.flyte-migrate] maperrors: unknown key; did you mean 'map-errors'?" in result.err


def test_a_reader_that_leaves_is_no_traceback(project: Path) -> None:
    (project / "a.py").write_text("from flytekit import task\n" + "@task\ndef f(): ...\n" * 3000)
    command = f"{sys.executable} -m flyte_migrate check a.py --output-format concise | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("a.py:2:2: FM901")
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
