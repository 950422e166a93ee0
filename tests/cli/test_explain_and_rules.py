"""``explain`` and ``rules``: everything comes from the catalogue and the mapping table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flyte_migrate.catalogue import catalogue
from flyte_migrate.cli.rules import BEGIN, END, between_markers, markdown
from flyte_migrate.mapping import table
from tests.cli.harness import Cli

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("code", list(catalogue()))
def test_every_code_is_explained_with_remedy_and_source(cli: Cli, code: str) -> None:
    text = cli("explain", code.lower()).text
    entry = catalogue()[code]
    assert text.startswith(f"{code} {entry.name}")
    assert entry.instead.split()[0] in text
    assert entry.link in text


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("flytekit.types.file.FlyteFile", "flytekit.FlyteFile is rewritten where it is used"),
        ("FlyteFile", "flytekit.FlyteFile is rewritten where it is used"),
        ("@task", "flytekit.task is rewritten where it is used"),
        ("flytekit.core.task.task", "flytekit.task is rewritten where it is used"),
        ("flytekit.PodTemplate", "flytekit.PodTemplate becomes flyte.PodTemplate"),
        ("flytekit.Workflow", "finding FM203 "),
    ],
)
def test_a_name_is_explained_in_full_or_by_its_last_part(cli: Cli, name: str, answer: str) -> None:
    result = cli("explain", name)
    assert result.code == 0
    assert answer in result.text


def test_a_command_is_explained_by_its_first_words(cli: Cli) -> None:
    assert cli("explain", "pyflyte run").text.splitlines() == [
        "pyflyte run: it becomes `flyte run --local`",
        "pyflyte run --remote: it becomes `flyte run`",
    ]
    assert "pyflyte register: it becomes `flyte deploy`" in cli("explain", "pyflyte").text


def test_the_name_that_people_import_comes_first(cli: Cli) -> None:
    assert cli("explain", "map_task").text.startswith("flytekit.map_task ")


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("mapp_task", "flytekit.map_task"),
        ("flytekit.FlyteFiel", "flytekit.FlyteFile"),
        ("FM20", "FM200"),
        ("LaunchPlans", "flytekit.LaunchPlan"),
    ],
)
def test_a_near_miss_is_answered_with_what_may_be_meant(cli: Cli, word: str, near: str) -> None:
    result = cli("explain", word)
    assert result.code == 2
    assert near in result.err


def test_rules_lists_every_code_and_name(cli: Cli) -> None:
    lines = cli("rules").text.splitlines()
    first_words = {line.split()[0] for line in lines if line}
    assert set(catalogue()) <= first_words
    assert set(table().rows) <= first_words


def test_rules_as_json(cli: Cli) -> None:
    document = json.loads(cli("rules", "--json").out)
    assert [entry["id"] for entry in document["codes"]] == list(catalogue())
    assert {row["name"] for row in document["names"]} >= set(table().rows)
    assert document["aliases"] == table().aliases


def test_the_table_of_a_file_is_brought_up_to_date(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text(f"before\n{BEGIN}\nstale\n{END}\nafter\n")
    assert cli("rules", "--update", str(file)).code == 0
    assert file.read_text() == f"before\n{BEGIN}\n{cli('rules', '--markdown').text}{END}\nafter\n"


def test_a_file_without_a_place_for_the_table_is_left_alone(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text("nothing\n")
    result = cli("rules", "--update", str(file))
    assert result.code == 2
    assert BEGIN in result.err
    assert file.read_text() == "nothing\n"


def test_the_readme_has_the_table_of_today() -> None:
    text = README.read_text("utf-8")
    start, end = between_markers(text)
    assert text[start:end] == markdown(), "run `flyte-migrate rules --update README.md`"
