"""``check``: what it finds, what it imports, and how findings are kept back."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.harness import Cli

FLOW = """\
from flytekit import task, workflow
from flytekit.types.file import FlyteFile


@task
def t(x: FlyteFile) -> int:
    return 1


@workflow
def w(x: FlyteFile) -> int:
    return t(x=x)
"""


def codes(text: str) -> list[tuple[str, str]]:
    """Place and code of each concise line."""
    return [(place, rest.split()[0]) for place, _, rest in (line.partition(": ") for line in text.splitlines())]


def test_each_use_of_a_flyte_1_name_is_told_with_what_it_becomes(project: Path, cli: Cli) -> None:
    (project / "flow.py").write_text(FLOW)
    result = cli("check", ".", "--output-format", "concise")
    assert result.code == 1
    assert result.text.splitlines() == [
        "flow.py:5:2: FM901 `flytekit.task` is Flyte 1; its uses are rewritten with `flyte.TaskEnvironment.task`",
        "flow.py:6:10: FM901 `flytekit.types.file.FlyteFile` is Flyte 1; its uses are rewritten with `flyte.io.File`",
        "flow.py:10:2: FM901 `flytekit.workflow` is Flyte 1; its uses are rewritten with `flyte.TaskEnvironment.task`",
        "flow.py:11:10: FM901 `flytekit.types.file.FlyteFile` is Flyte 1; its uses are rewritten with `flyte.io.File`",
    ]


def test_a_part_is_checked_with_the_knowledge_of_what_it_imports(project: Path, cli: Cli) -> None:
    (project / "pkg").mkdir()
    (project / "pkg" / "__init__.py").write_text("from .names import (\n    task,\n)\n")
    (project / "pkg" / "names.py").write_text("from flytekit import task\n")
    (project / "pkg" / "uses.py").write_text("from . import task\n\n\n@task\ndef f() -> int:\n    return 1\n")
    (project / "outside.py").write_text("import pkg\n\n\n@pkg.task\ndef f() -> int:\n    return 1\n")
    for name in ("pkg/uses.py", "outside.py"):
        result = cli("check", name, "--output-format", "concise")
        assert codes(result.text) == [(f"{name}:4:2", "FM901")]


def test_standard_input_is_checked_as_the_file_that_it_is_called(project: Path, cli: Cli) -> None:
    (project / "pyproject.toml").write_text('[tool.flyte-migrate.per-file-ignores]\n"tests/" = ["FM9"]\n')
    text = b"import flytekit\n"
    result = cli("check", "-", "--stdin-filename", "src/a.py", "--output-format", "concise", stdin=text)
    assert (result.code, result.text.split(": ")[0]) == (1, "src/a.py:1:8")
    (project / "tests").mkdir()
    assert cli("check", "-", "--stdin-filename", "tests/a.py", stdin=text).code == 0
    assert cli("check", "-", "a.py", stdin=text).code == 2


def test_a_clean_project_passes(project: Path, cli: Cli) -> None:
    (project / "flow.py").write_text("import flyte\n\nenv = flyte.TaskEnvironment(name='env')\n")
    result = cli("check")
    assert (result.code, result.out) == (0, b"")
    assert result.err.startswith("1 file scanned, 0 findings, 0 failed in ")


def test_text_that_only_mentions_flytekit_is_no_finding(project: Path, cli: Cli) -> None:
    (project / "a.py").write_text('"""Formerly on flytekit."""\n# from flytekit import task\nx = "import flytekit"\n')
    assert cli("check").code == 0


def test_an_import_is_told_when_no_use_explains_it(project: Path, cli: Cli) -> None:
    (project / "a.py").write_text("import flytekit\nfrom flytekit import task\nfrom flytekit import *\n")
    (project / "b.py").write_text("import flytekit\nx = flytekit.task\n")
    result = cli("check", "--output-format", "concise")
    assert codes(result.text) == [
        ("a.py:1:8", "FM901"),
        ("a.py:2:22", "FM901"),
        ("a.py:3:22", "FM901"),
        ("b.py:2:5", "FM901"),
    ]


def test_columns_count_characters(project: Path, cli: Cli) -> None:
    (project / "a.py").write_text("import flytekit\nx = ['日本é', flytekit.task]\n")
    assert codes(cli("check", "--output-format", "concise").text) == [("a.py:2:13", "FM901")]


def test_a_name_without_counterpart_has_the_code_of_its_row(project: Path, cli: Cli) -> None:
    (project / "a.py").write_text("from flytekit import SensorEngine\nw = SensorEngine()\n")
    assert codes(cli("check", "--output-format", "concise").text) == [("a.py:2:5", "FM620")]


def test_an_unknown_name_says_so(project: Path, cli: Cli) -> None:
    (project / "a.py").write_text("from flytekit.no_such_module import thing\nthing()\n")
    assert codes(cli("check", "--output-format", "concise").text) == [("a.py:2:1", "FM903")]


def test_an_attribute_counts_as_its_owner(project: Path, cli: Cli) -> None:
    (project / "a.py").write_text("from flytekit.types.file import FlyteFile\nFlyteFile.from_source('x')\n")
    assert "`flytekit.types.file.FlyteFile.from_source` is Flyte 1; its uses are rewritten" in cli("check").text


def test_a_renamed_name_is_told_with_its_new_one(project: Path, cli: Cli) -> None:
    (project / "a.py").write_text("from flytekit import PodTemplate\nPodTemplate()\n")
    assert "`flytekit.PodTemplate` is Flyte 1; it becomes `flyte.PodTemplate`" in cli("check").text


def test_a_package_is_told_as_such(project: Path, cli: Cli) -> None:
    (project / "a.py").write_text("import flytekit.types.file\n")
    assert "import of the Flyte 1 package `flytekit.types.file`" in cli("check").text


def test_todo_comments_of_the_migration_are_findings(project: Path, cli: Cli) -> None:
    (project / "a.py").write_text("# TODO(flyte-migrate FM203): write the calls in a task\nx = 1\n# TODO: other\n")
    result = cli("check", "--output-format", "concise")
    assert result.code == 1
    assert result.text.startswith("a.py:1:1: FM203 left for a person: ")
    assert len(result.text.splitlines()) == 1


def test_a_use_below_a_todo_comment_is_told_once_and_with_the_text_of_the_comment(project: Path, cli: Cli) -> None:
    (project / "a.py").write_text(
        "# TODO(flyte-migrate FM530): FlyteRemote is still used in this file.\n"
        "from flytekit.remote import FlyteRemote\n"
        "from flytekit import task\n\n\n"
        "# TODO(flyte-migrate FM104): Here is a long text that goes on\n"
        "#   on the next line.\n"
        "@task(\n    task_resolver=FlyteRemote,\n)\n"
        "def f() -> int:\n"
        "    # TODO(flyte-migrate FM531): first\n"
        "    # TODO(flyte-migrate FM532): second\n"
        "    # something else\n"
        "    remote = FlyteRemote(\n        FlyteRemote\n    )\n"
        "    return FlyteRemote.x\n"
    )
    result = cli("check", "--output-format", "concise")
    assert [line.split(": ", 1)[0] for line in result.text.splitlines()] == [
        "a.py:1:1",
        "a.py:6:1",
        "a.py:12:5",
        "a.py:13:5",
        "a.py:18:12",
    ]
    assert "FM104 left for a person: Here is a long text that goes on on the next line.\n" in result.text
    assert "FM531 left for a person: first\n" in result.text


def test_what_is_left_for_a_person_is_left_in_every_run(project: Path, cli: Cli) -> None:
    (project / "a.py").write_text(
        "import flyte\n\n# TODO(flyte-migrate FM153): cuda was left out: start from\n#   a CUDA image.\n"
        "image = flyte.Image.from_debian_base()\n"
    )
    result = cli("migrate", ".", "--output-format", "concise")
    assert (result.code, result.text) == (1, "")
    assert "a.py:5:1: FM153 cuda was left out: start from a CUDA image." in result.err


def test_files_that_can_not_be_read_are_findings_and_the_rest_goes_on(project: Path, cli: Cli) -> None:
    (project / "a.py").write_text("from flytekit import task\ndef f(:\n")
    (project / "b.py").write_bytes(b"# coding: no-such\nimport flytekit\n")
    (project / "c.py").write_bytes(b"import flytekit\nx = '\0'\n")
    (project / "d.py").write_text("import flytekit\nx = " + "(" * 3000 + ")" * 3000 + "\n")
    (project / "e.py").write_text("import flytekit\n")
    (project / "f.py").write_text("import flytekit\nx = " + "not " * 20000 + "1\n")
    result = cli("check", "--output-format", "concise")
    assert result.code == 1
    assert [(place.split(":")[0], code) for place, code in codes(result.text)] == [
        ("a.py", "FM001"),
        ("b.py", "FM002"),
        ("c.py", "FM001"),
        ("d.py", "FM001"),
        ("e.py", "FM901"),
        ("f.py", "FM003"),
    ]


def test_a_broken_file_without_flyte_is_not_our_business(project: Path, cli: Cli) -> None:
    (project / "a.py").write_text("print 'python 2'\n")
    assert cli("check").code == 0


def test_the_outcome_is_the_same_for_any_number_of_jobs(project: Path, cli: Cli) -> None:
    for number in range(30):
        (project / f"flow_{number}.py").write_text(FLOW)
    (project / "broken.py").write_text("import flytekit\n(\n")
    assert cli("check", "--jobs", "1").out == cli("check", "--jobs", "3").out


def test_ignored_lines_are_silent(project: Path, cli: Cli) -> None:
    (project / "a.py").write_text(
        "import flytekit\n"
        "a = flytekit.task  # flyte-migrate: ignore[FM901]\n"
        "b = flytekit.task  # flyte-migrate: ignore\n"
        "c = flytekit.task  # flyte-migrate: ignore[FM902, FM9]\n"
        "d = flytekit.task  # flyte-migrate: ignore[FM203]\n"
    )
    assert codes(cli("check", "--output-format", "concise").text) == [("a.py:5:5", "FM901")]


def test_an_ignore_comment_that_silences_nothing_is_noted(project: Path, cli: Cli) -> None:
    (project / "a.py").write_text(
        "# flyte-migrate\nx = 1  # flyte-migrate: ignore[FM901]\ny = 1  # flyte-migrate: ignore[FM203]\n"
    )
    result = cli("check", "--output-format", "concise")
    assert result.code == 0
    assert codes(result.text) == [("a.py:2:1", "FM005")]


@pytest.mark.parametrize("command", ["check", "migrate"])
def test_an_ignore_comment_is_not_unused_because_its_code_is_not_wanted(project: Path, cli: Cli, command: str) -> None:
    (project / "a.py").write_text("import flytekit\nx = 1  # flyte-migrate: ignore[FM903]\n")
    assert "FM005" in cli(command, ".", "--output-format", "json").text
    assert "FM005" not in cli(command, ".", "--output-format", "json", "--ignore", "FM903").text
    assert "FM005" not in cli(command, ".", "--output-format", "json", "--ignore", "FM005").text


@pytest.mark.parametrize("command", ["check", "migrate"])
def test_named_files_that_are_excluded_are_told(project: Path, cli: Cli, command: str) -> None:
    (project / "a.py").write_text("import flytekit\n")
    result = cli(command, "a.py", "--exclude", "a.py")
    assert (result.code, result.err.splitlines()[0]) == (0, "a.py: left out by `exclude`")


def test_a_skipped_file_is_not_looked_at(project: Path, cli: Cli) -> None:
    (project / "a.py").write_text("# flyte-migrate: skip-file\nimport flytekit\n")
    assert cli("check").code == 0
    assert "skip-file" in cli("check", "-v").text


def test_select_and_ignore_take_prefixes(project: Path, cli: Cli) -> None:
    (project / "a.py").write_text("# TODO(flyte-migrate FM203): x\ny = 1\nimport flytekit\n")

    def found(*flags: str) -> list[str]:
        return [code for _, code in codes(cli("check", "--output-format", "concise", *flags).text)]

    assert found() == ["FM203", "FM901"]
    assert found("--select", "FM9") == ["FM901"]
    assert found("--ignore", "FM9") == ["FM203"]
    assert found("--select", "FM2,FM901", "--ignore", "FM20") == ["FM901"]
    assert found("--ignore", "FM9", "--select", "ALL", "--select", "FM901") == ["FM203", "FM901"]


def test_codes_can_be_ignored_for_some_files(project: Path, cli: Cli) -> None:
    (project / "tests").mkdir()
    (project / "tests" / "a.py").write_text("import flytekit\n")
    (project / "b.py").write_text("import flytekit\n")
    (project / "pyproject.toml").write_text('[tool.flyte-migrate.per-file-ignores]\n"tests/" = ["FM9"]\n')
    assert codes(cli("check", "--output-format", "concise").text) == [("b.py:1:8", "FM901")]


def test_exit_zero_and_statistics(project: Path, cli: Cli) -> None:
    (project / "flow.py").write_text(FLOW)
    result = cli("check", "--exit-zero", "--statistics")
    assert result.code == 0
    assert result.text.startswith("4  FM901  A Flyte 1 name is still in use")


def test_known_findings_are_kept_back_by_a_baseline(project: Path, cli: Cli) -> None:
    flow = project / "flow.py"
    flow.write_text(FLOW)
    assert cli("check", "--baseline", "known.json", "--write-baseline").code == 0
    assert cli("check", "--baseline", "known.json").code == 0
    flow.write_text("# lines move\n\n" + FLOW)
    assert cli("check", "--baseline", "known.json").code == 0
    flow.write_text(FLOW + "\n\n@task\ndef u() -> int:\n    return 2\n")
    result = cli("check", "--baseline", "known.json", "--output-format", "concise")
    assert result.code == 1
    assert codes(result.text) == [("flow.py:15:2", "FM901")]


def test_a_baseline_tells_what_is_gone(project: Path, cli: Cli) -> None:
    (project / "flow.py").write_text(FLOW)
    cli("check", "--baseline", "known.json", "--write-baseline")
    (project / "flow.py").write_text("x = 1\n")
    assert "4 findings no longer occur" in cli("check", "--baseline", "known.json").err


def test_a_run_over_some_files_says_nothing_of_what_a_baseline_knows_of_others(project: Path, cli: Cli) -> None:
    for name in ("a.py", "b.py"):
        (project / name).write_text(FLOW)
    cli("check", "--baseline", "known.json", "--write-baseline")
    (project / "a.py").write_text("x = 1\n")
    result = cli("check", "b.py", "--baseline", "known.json", "--write-baseline")
    assert (result.code, "4 findings written" in result.err, "no longer occur" in result.err) == (0, True, False)
    assert "4 findings no longer occur" in cli("check", "--baseline", "known.json").err
    (project / "a.py").unlink()
    assert "4 findings no longer occur" in cli("check", "b.py", "--baseline", "known.json").err


def test_a_baseline_works_from_any_folder(project: Path, cli: Cli, monkeypatch: object) -> None:
    (project / "pkg").mkdir()
    (project / "pkg" / "flow.py").write_text(FLOW)
    cli("check", "--baseline", "known.json", "--write-baseline")
    import os

    os.chdir(project / "pkg")
    assert cli("check", "--baseline", "../known.json").code == 0


def test_a_file_that_is_no_baseline_is_not_written_over(project: Path, cli: Cli) -> None:
    (project / "flow.py").write_text(FLOW)
    assert cli("check", "--baseline", "pyproject.toml", "--write-baseline").code == 2
    assert (project / "pyproject.toml").read_text() == ""


def test_a_damaged_baseline_is_a_usage_error(project: Path, cli: Cli) -> None:
    (project / "flow.py").write_text(FLOW)
    for text in ("{", "[]", '{"version": 99}', '{"version": 1, "findings": [{}]}'):
        (project / "known.json").write_text(text)
        result = cli("check", "--baseline", "known.json")
        assert result.code == 2
        assert "known.json: not a" in result.err


def test_dependencies_are_noted_with_their_successors(project: Path, cli: Cli) -> None:
    (project / "a.py").write_text("x = 1\n")
    (project / "requirements.txt").write_text(
        "numpy\nflytekit==1.16  # pinned\nflytekitplugins-spark\n# flytekit\nmyflytekit\n"
    )
    (project / "pyproject.toml").write_text(
        '[project]\nname = "x"\ndescription = "from flytekit to flyte"\ndependencies = ["flytekit[all]>=1", "flyte"]\n'
    )
    result = cli("check", "--output-format", "concise")
    assert result.code == 0
    assert result.text.splitlines() == [
        "pyproject.toml:4:18: FM902 `flytekit` is a Flyte 1 package; the Flyte 2 package is `flyte`",
        "requirements.txt:2:1: FM902 `flytekit` is a Flyte 1 package; the Flyte 2 package is `flyte`",
        "requirements.txt:3:1: FM902 `flytekitplugins-spark` is a Flyte 1 package; "
        "the Flyte 2 package is `flyteplugins-spark`",
    ]


def test_calls_of_the_old_command_are_noted_with_the_new_one(project: Path, cli: Cli) -> None:
    (project / "a.py").write_text("x = 1\n")
    (project / "Makefile").write_text("register:\n\tpyflyte register src\n")
    (project / ".github" / "workflows").mkdir(parents=True)
    (project / ".github" / "workflows" / "ci.yml").write_text("jobs:\n  a:\n    - run: pyflyte run --remote w.py wf\n")
    result = cli("check", "--output-format", "concise")
    assert result.code == 0
    assert result.text.splitlines() == [
        ".github/workflows/ci.yml:3:12: FM905 `pyflyte run --remote` is a Flyte 1 command; it becomes `flyte run`",
        "Makefile:2:2: FM905 `pyflyte register` is a Flyte 1 command; it becomes `flyte deploy` (triggers have their "
        "own `auto_activate`)",
    ]


@pytest.mark.parametrize("command", ["check", "migrate"])
def test_a_named_file_that_is_no_python_is_not_read_as_python(project: Path, cli: Cli, command: str) -> None:
    (project / "requirements.txt").write_text("flytekit==1.16\n")
    (project / "Makefile").write_text("run:\n\tpyflyte run w.py wf\n")
    result = cli(command, "requirements.txt", "Makefile", "--output-format", "json")
    assert result.code == 0
    assert [item["code"] for item in json.loads(result.out)["findings"]] == ["FM905", "FM902"]


def test_notebooks_that_use_flyte_1_are_noted(project: Path, cli: Cli) -> None:
    (project / "a.py").write_text("x = 1\n")
    cells = [
        {"cell_type": "markdown", "source": ["import flytekit"]},
        {"cell_type": "code", "source": ["x\n", "import flytekit"]},
    ]
    (project / "uses.ipynb").write_text(json.dumps({"cells": cells}))
    (project / "plain.ipynb").write_text(json.dumps({"cells": cells[:1]}))
    (project / "broken.ipynb").write_text("{")
    result = cli("check", "--output-format", "concise")
    assert result.code == 0
    assert [place.split(":")[0] for place, code in codes(result.text) if code == "FM904"] == ["uses.ipynb"]


def imported_by_check(project: Path, text: str) -> set[str]:
    (project / "flow.py").write_text(text)
    script = (
        "import sys, json; sys.argv = ['flyte-migrate', 'check', '.', '--output-file', 'out.txt']\n"
        "from flyte_migrate.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=project, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def test_libcst_and_rich_are_never_imported(project: Path) -> None:
    modules = imported_by_check(project, FLOW)
    assert "flyte_migrate.project.index" in modules
    assert not {"libcst", "rich", "flytekit", "flyte"} & modules


def test_a_project_without_flyte_1_needs_not_even_the_index(project: Path) -> None:
    assert not {"libcst", "rich", "flyte_migrate.project.index"} & imported_by_check(project, "x = 1\n")


@pytest.mark.parametrize("package", ["flyte_migrate/__init__.py", "src/flyte_migrate/__init__.py", "flyte_migrate.py"])
def test_a_package_of_the_project_is_not_the_one_whose_name_it_has(project: Path, cli: Cli, package: str) -> None:
    (project / package).parent.mkdir(parents=True, exist_ok=True)
    (project / package).write_text("from .inner import f\n")
    (project / "uses.py").write_text("import flyte_migrate.inner as i\nfrom flyte_migrate import f\n\nf(i)\n")
    assert cli("check", ".").code == 0
    assert cli("check", "uses.py").code == 0
    assert cli("migrate", ".").code == 0


def test_a_mixed_file_keeps_what_it_has_of_a_package_of_the_project(project: Path, cli: Cli) -> None:
    (project / "union").mkdir()
    (project / "union" / "__init__.py").write_text("def dues() -> int:\n    return 1\n")
    (project / "flow.py").write_text("from union import dues\n" + FLOW.replace("return 1", "return dues()"))
    assert "union" not in cli("check", ".").text
    result = cli("migrate", "flow.py")
    assert b"+from union" not in result.out and b"-from union" not in result.out
    assert "FM900" not in result.err and "TODO" not in result.text


def test_a_folder_of_scripts_is_no_package_of_the_project(project: Path, cli: Cli) -> None:
    (project / "union").mkdir()
    (project / "union" / "job.py").write_text("from union import task\n\n\n@task\ndef f() -> int:\n    return 1\n")
    assert cli("check", ".").code == 1


def test_names_that_other_modules_hand_on_are_found(project: Path, cli: Cli) -> None:
    (project / "lib").mkdir()
    (project / "lib" / "__init__.py").write_text("from .inner import *\n")
    (project / "lib" / "inner.py").write_text("import flytekit as fl\nfrom flytekit import task\n")
    (project / "by_name.py").write_text("from lib import task\n\n\n@task\ndef t() -> int:\n    return 1\n")
    (project / "by_star.py").write_text("from lib import *\n\n\n@fl.workflow\ndef wf() -> int:\n    return 1\n")
    (project / "by_module.py").write_text("import lib.inner\n\n\n@lib.inner.task\ndef t() -> int:\n    return 1\n")
    (project / "other.py").write_text("from lib import other\n\ntask = other\n")
    found = {place for place, code in codes(cli("check", "--output-format", "concise").text) if code == "FM901"}
    assert {"by_name.py:4:2", "by_star.py:4:2", "by_module.py:4:2"} <= found
    assert not any(place.startswith("other.py") for place in found)
