"""What ``--style async`` touches, and what it leaves alone."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from flyte_migrate import engine
from flyte_migrate.asynchronous.units import REPORTING, SYNCIFY, WAITING
from flyte_migrate.diagnostics import Rewritten
from flyte_migrate.project.discover import discover
from flyte_migrate.settings import Settings
from tests.fixtures import Case, cases, migrate

TASKS = """\
from flytekit import task, workflow


@task
def one(x: int) -> int:
    return x


@task
def add(a: int, b: int) -> int:
    return a + b


@workflow
def main(x: int) -> int:
    return add(a=one(x=x), b=one(x=2))
"""
CALLER = """\
from flytekit import workflow

from tasks import main


@workflow
def outer(x: int) -> int:
    return main(x=x)
"""
#: Cases of the concepts that coroutine functions are made of.
CONCEPTS = (
    "conditional",
    "containers",
    "eager",
    "exceptions",
    "failure",
    "gates",
    "launch_plans",
    "map_task",
    "ordering",
    "outputs",
    "overrides",
    "programs",
    "references",
    "scripts",
    "testing",
    "workflows",
)
CASES = [case for case in cases() if case.id.startswith(CONCEPTS) and not case.settings.get("style")]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_every_case_of_the_sync_style_can_be_migrated_to_async(case: Case) -> None:
    settings = {**case.settings, "style": "async"}
    result = migrate(case.before(), settings)
    assert result.failures == []
    again = migrate(result.files, settings)
    assert again.failures == []
    assert again.files == result.files


def test_code_migrated_before_in_sync_style_stays_so() -> None:
    sync = migrate({"tasks.py": TASKS, "caller.py": CALLER}, {"style": "sync"})
    result = migrate(sync.files, {"style": "async"})
    assert result.files == sync.files
    assert result.report == []


def test_a_workflow_that_a_file_outside_the_run_calls_stays_sync(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "tasks.py").write_text(TASKS)
    (tmp_path / "caller.py").write_text(CALLER)
    settings = Settings(style="async", jobs=1)
    found = discover([str(tmp_path / "tasks.py")], settings)
    (outcome,) = engine.migrate(found.targets, found.roots, settings)
    assert isinstance(outcome, Rewritten)
    assert b"async" not in outcome.after
    notes = [d.message for d in outcome.diagnostics if d.code == "FM272"]
    assert len(notes) == 1
    assert "outer can't be async (it is not among the files of this run)" in notes[0]


def test_several_processes_give_the_same_texts(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "tasks.py").write_text(TASKS)
    (tmp_path / "caller.py").write_text(CALLER)
    texts = []
    for jobs in (1, 2):
        settings = Settings(style="async", jobs=jobs)
        found = discover([str(tmp_path)], settings)
        outcomes = engine.migrate(found.targets, found.roots, settings)
        texts.append([outcome.after for outcome in outcomes if isinstance(outcome, Rewritten)])
    assert texts[0] == texts[1]
    assert len(texts[0]) == 2


def test_lists_of_different_lengths_raise_again() -> None:
    source = TASKS.replace("import task, workflow", "import map_task, task, workflow") + (
        "\n\n@workflow\ndef mapped(xs: list[int], ys: list[int]) -> list[int]:\n    return map_task(add)(a=xs, b=ys)\n"
    )
    codes = {
        style: [d["code"] for d in migrate({"tasks.py": source}, {"style": style}).report]
        for style in ("sync", "async")
    }
    assert "FM211" in codes["sync"]
    assert "FM211" not in codes["async"]


def test_a_note_can_be_ignored_on_its_line() -> None:
    source = TASKS.replace("def main(x: int) -> int:", "def main(x: int) -> int:  # flyte-migrate: ignore[FM272]")
    result = migrate({"tasks.py": source + "\n\nprint([f(x=1) for f in (main,)])\n"}, {"style": "async"})
    assert [d["code"] for d in result.report] == []
    assert "async" not in result.files["tasks.py"]


@pytest.mark.parametrize("name", sorted(WAITING | REPORTING))
def test_the_blocking_calls_of_the_sdk_have_a_form_to_await(name: str) -> None:
    module, _, attribute = name.rpartition(".")
    assert hasattr(getattr(importlib.import_module(module), attribute), "aio")


def test_the_sdk_makes_blocking_functions_with_syncify() -> None:
    module, _, attribute = SYNCIFY.rpartition(".")
    assert callable(getattr(importlib.import_module(module), attribute))
