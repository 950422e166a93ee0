"""Which files call commands, and which of the calls are of Flyte 1."""

from __future__ import annotations

import pytest

from flyte_migrate.project.commands import calls, may_call


@pytest.mark.parametrize(
    "name",
    [
        "Makefile",
        "rules.mk",
        "Dockerfile",
        "Dockerfile.gpu",
        "gpu.Dockerfile",
        "run.sh",
        "ci.yml",
        ".gitlab-ci.yml",
        "tox.ini",
        "pyproject.toml",
    ],
)
def test_files_that_call_commands(name: str) -> None:
    assert may_call(name)


@pytest.mark.parametrize("name", ["a.py", "README.md", "Makefile.py", "notes.txt", "yml", "uv.lock"])
def test_files_that_do_not(name: str) -> None:
    assert not may_call(name)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("\tpyflyte run wf.py main", ["pyflyte run"]),
        ("pyflyte run --remote wf.py main", ["pyflyte run --remote"]),
        ("pyflyte run -p x \\\n  -r wf.py main", ["pyflyte run --remote"]),
        ("pyflyte -c run.yaml --pkgs a register src/run", ["pyflyte register"]),
        ("uv run .venv/bin/pyflyte package", ["pyflyte package"]),
        ('CMD ["pyflyte", "run", "--remote", "wf.py"]', ["pyflyte run --remote"]),
        ("command:\n  - pyflyte\n  - register\n  - src", ["pyflyte register"]),
        ("ENTRYPOINT pyflyte-fast-execute", ["pyflyte-fast-execute"]),
        ("pyflyte build a && pyflyte register a", ["pyflyte build"]),
        ("a:\n\tpyflyte build a\n\tpyflyte register a", ["pyflyte build", "pyflyte register"]),
        ("\t@pyflyte register a\r\n", ["pyflyte register"]),
    ],
)
def test_calls_of_flyte_1(text: str, names: list[str]) -> None:
    assert [command.name for _, command in calls(text)] == names


@pytest.mark.parametrize(
    "text",
    [
        "# pyflyte run wf.py",
        "flyte run wf.py",
        "name: install pyflyte\n  run: make register",
        "pyflyte.yaml run",
        "my-pyflyte run",
        "pyflyte --help",
        "pyflyte",
    ],
)
def test_what_is_no_call_of_flyte_1(text: str) -> None:
    assert not list(calls(text))
