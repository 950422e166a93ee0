"""The command: its table, its machine formats, its exit codes, and what it says of a wrong call."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.harness import Cli
from tests.verify.programs import AFTER, project

SAMPLE = Path(__file__).parents[2] / "fixtures" / "sample_repo"


@pytest.fixture
def right(tmp_path: Path) -> str:
    return str(project(tmp_path / "right", program=AFTER))


@pytest.fixture
def wrong(tmp_path: Path) -> str:
    return str(project(tmp_path / "wrong", program=AFTER.replace("a=found[0]", "first=found[0]")))


def test_the_table_has_a_line_for_each_run_and_says_what_it_means(cli: Cli, right: str) -> None:
    result = cli("verify", right)
    assert result.code == 0
    rows = [line.split()[:2] for line in result.text.splitlines() if line.startswith(" ran ")]
    assert rows == [["ran", "program:main"]] * 2
    assert "   2 ran     the migrated program ran to its end, compared with nothing" in result.text
    assert "\x1b" not in result.text


def test_a_problem_is_told_with_its_line_and_what_to_do(cli: Cli, wrong: str) -> None:
    result = cli("verify", wrong, "-q")
    assert result.code == 1
    lines = Path(wrong, "program.py").read_text().splitlines()
    line = 1 + lines.index("    rest = subtract(first=found[0], b=found[1])")
    problem = result.text.split("\n\n")[0]
    assert problem.startswith("failed: program:main (bundled; made 1: xs=[3, 5, 7])\n")
    assert f"program.py:{line}" in problem
    assert "  do    Its parameters are: a, b." in problem


def test_json_holds_everything(cli: Cli, wrong: str) -> None:
    result = cli("verify", wrong, "--output-format", "json")
    document = json.loads(result.out)
    assert (document["version"], document["command"], result.code) == (1, "verify", 1)
    first = document["results"][0]
    assert (first["entry"], first["runtime"], first["verdict"]) == ("program:main", "bundled", "failed")
    assert first["place"]["path"].endswith("program.py")
    assert document["summary"]["failed"] == 2


def test_junit_has_a_test_for_each_run(cli: Cli, wrong: str, tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    assert cli("verify", wrong, "--output-format", "junit", "-o", str(report)).code == 1
    root = ElementTree.parse(report).getroot()
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("2", "2", "0")
    assert [case.get("classname") for case in root.iter("testcase")] == ["program", "program"]
    assert all("unknown-argument" in failure.get("message", "") for failure in root.iter("failure"))


def test_one_entry_with_given_inputs(cli: Cli, right: str, tmp_path: Path) -> None:
    file = tmp_path / "inputs.json"
    file.write_text('[{"a": 5, "b": 3}, {"a": 1, "b": 1}]')
    result = cli("verify", right, "--entry", "program:subtract", "--inputs", str(file), "--output-format", "json")
    found = json.loads(result.out)["results"]
    assert [(each["inputs"], each["why"]) for each in found] == [
        ("given 1: a=5, b=3", "gave 2"),
        ("given 2: a=1, b=1", "gave 0"),
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "no paths given"),
        (("nowhere",), "nowhere: no such file or folder"),
        (("{right}", "--inputs", "x.json"), "--inputs goes with exactly one --entry"),
        (("{right}", "--entry", "program:main", "--inputs", "x.json"), "--inputs x.json: can't be read"),
        (("{right}", "--entry", "program:gone"), "--entry program:gone: no such task or workflow"),
        (("{right}", "--original", "before"), "--original goes with --against flytekit"),
        (("{right}", "--env", "TOKEN"), "--env TOKEN: write it as NAME=VALUE"),
        (("{right}", "--runtime", "flyte", "--python", "{bare}"), "has no package flyte"),
        (("{right}", "--against", "flytekit", "--v1-python", "{bare}"), "has no package flytekit"),
    ],
)
def test_wrong_calls(arguments: tuple[str, ...], message: str, cli: Cli, right: str, bare: str) -> None:
    result = cli("verify", *(each.format(right=right, bare=bare) for each in arguments))
    assert result.code == 2
    assert message in result.err
    assert result.out == b""


@pytest.fixture
def bare(tmp_path: Path) -> str:
    """An interpreter without any packages."""
    place = tmp_path / "python"
    place.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "$@"\n')
    place.chmod(0o755)
    return str(place)


def test_help_says_that_it_executes_code(cli: Cli) -> None:
    assert "THIS EXECUTES YOUR CODE" in cli("verify", "--help").text


def test_a_file_that_makes_the_tool_fail_gives_exit_3(cli: Cli, right: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object) -> None:
        raise ValueError("stumbled")

    Path(right, "other.py").write_text("from flytekit import task\n\n\n@task\ndef t() -> int:\n    return 1\n")
    monkeypatch.setattr("flyte_migrate.engine.plan_file", stumble)
    result = cli("verify", right, "--jobs", "1")
    assert result.code == 3
    assert "other.py: the tool itself failed to migrate it: ValueError: stumbled" in result.text


@pytest.mark.parametrize("style", ["sync", "async"])
def test_the_sample_repository_runs(style: str, cli: Cli) -> None:
    result = cli("verify", str(SAMPLE), "--style", style, "--output-format", "json")
    document = json.loads(result.out)
    assert [each for each in document["results"] if each["verdict"] != "ran"] == []
    entries = {each["entry"] for each in document["results"]}
    assert entries >= {"churn.workflows:pipeline", "churn.features:feature_workflow"}
    assert (result.code, document["files"]) == (0, [])
