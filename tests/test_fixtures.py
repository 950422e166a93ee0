"""Every golden case: the text and the findings as expected, a second run changes nothing, and equal behaviour on the
real SDKs."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests import oracle
from tests.fixtures import Case, cases, migrate

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


@pytest.fixture(scope="session")
def behaviour(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> dict[str, dict[str, Any]]:
    """Outcomes of all runnable entries that were selected, under both SDKs."""
    selected = {
        item.callspec.params["job"]
        for item in request.session.items
        if "job" in getattr(item, "fixturenames", ()) and hasattr(item, "callspec") and "job" in item.callspec.params
    }
    root = tmp_path_factory.mktemp("programs")
    jobs: dict[str, list[dict[str, Any]]] = {"v1": [], "v2": []}
    for case in CASES:
        for number, entry in enumerate(case.run):
            name = f"{case.id}[{number}]"
            if name not in selected:
                continue
            for sdk, files in (("v1", case.before()), ("v2", case.after())):
                place = root / sdk / case.id
                for relative, text in files.items():
                    path = place / relative
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(text)
                module, _, function = entry["entry"].rpartition(":")
                jobs[sdk].append(
                    {
                        "id": name,
                        "root": str(place),
                        "module": module or "before",
                        "entry": function,
                        "inputs": entry.get("inputs", {}),
                    }
                )
    return {sdk: oracle.run(sdk, items) for sdk, items in jobs.items()}


def _can_run(case: Case) -> bool:
    """Whether the plugins that a case needs are installed: not all of them exist for every Python."""
    roots = {name.partition(".")[0] for name in case.needs}
    return all(find_spec(root) is not None for root in roots) and all(
        find_spec(name) is not None for name in case.needs
    )


JOBS = [f"{case.id}[{number}]" for case in CASES if _can_run(case) for number, _ in enumerate(case.run)]
EXPECTED_ERRORS = {f"{case.id}[{n}]": entry.get("error") for case in CASES for n, entry in enumerate(case.run)}


@pytest.mark.xdist_group("oracle")
@pytest.mark.parametrize("job", JOBS)
def test_behaves_as_under_flytekit(job: str, behaviour: dict[str, dict[str, Any]]) -> None:
    before, after = behaviour["v1"][job], behaviour["v2"][job]
    if EXPECTED_ERRORS[job]:
        assert before.get("error") == EXPECTED_ERRORS[job], before
        assert after.get("error") == before["error"], after
    else:
        assert "error" not in before, before
        assert after == before


def test_every_rule_has_its_fixtures() -> None:
    assert Path(__file__).parent.parent.joinpath("fixtures").is_dir() and CASES
