"""Every golden case: the text and the findings as expected, a second run changes nothing, and equal behaviour on the
real SDKs."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures import Case, cases, migrate
from tests.oracle import Oracle

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_migrates_to_the_golden_text(case: Case) -> None:
    result = migrate(case.before(), case.settings)
    assert result.failures == []
    assert result.files == case.after()
    assert result.report == case.report()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_second_run_changes_nothing(case: Case) -> None:
    after = case.after()
    result = migrate(after, case.settings)
    assert result.failures == []
    assert result.files == after


#: Brings the rules back to a migrated file: it uses v1 again.
LEFT_FOR_A_PERSON = """

from flytekit.core.context_manager import FlyteContextManager


def left_for_a_person():
    return FlyteContextManager.current_context()
"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_migrated_code_stays_beside_code_that_is_left_for_a_person(case: Case) -> None:
    migrated = {name: text for name, text in case.after().items() if text != case.before().get(name)}
    left = {name: text + LEFT_FOR_A_PERSON for name, text in migrated.items()}
    result = migrate({**case.after(), **left}, case.settings)
    assert not result.failures
    assert {name: result.files[name][: len(text)] for name, text in migrated.items()} == migrated


@pytest.fixture(scope="session")
def oracles() -> Iterator[dict[str, Oracle]]:
    """Both SDKs, each in a process of its own."""
    running = {sdk: Oracle(sdk) for sdk in ("v1", "v2")}
    yield running
    for oracle in running.values():
        oracle.close()


def _outcome(oracle: Oracle, root: Path, files: dict[str, str], entry: dict[str, Any]) -> dict[str, Any]:
    for relative, text in files.items():
        path = root / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    module, _, function = entry["entry"].rpartition(":")
    job = {"root": str(root), "module": module or "before", "entry": function, "inputs": entry.get("inputs", {})}
    return oracle.outcome(job)


def _can_run(case: Case) -> bool:
    """Whether the plugins that a case needs are installed: not all of them exist for every Python."""
    roots = {name.partition(".")[0] for name in case.needs}
    return all(find_spec(root) is not None for root in roots) and all(
        find_spec(name) is not None for name in case.needs
    )


JOBS = [
    pytest.param(case, entry, id=f"{case.id}[{number}]")
    for case in CASES
    if _can_run(case)
    for number, entry in enumerate(case.run)
]


@pytest.mark.parametrize(("case", "entry"), JOBS)
def test_behaves_as_under_flytekit(
    case: Case, entry: dict[str, Any], oracles: dict[str, Oracle], tmp_path: Path
) -> None:
    before = _outcome(oracles["v1"], tmp_path / "v1", case.before(), entry)
    after = _outcome(oracles["v2"], tmp_path / "v2", case.after(), entry)
    if entry.get("error"):
        assert before.get("error") == entry["error"], before
        assert after.get("error") == before["error"], after
    else:
        assert "error" not in before, before
        assert after == before


def test_every_rule_has_its_fixtures() -> None:
    assert Path(__file__).parent.parent.joinpath("fixtures").is_dir() and CASES
