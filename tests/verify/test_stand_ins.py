"""Modules that are missing: told by name, replaced on request, and never taken for a proof."""

from __future__ import annotations

from pathlib import Path

import pytest

from flyte_migrate.verify.model import Verdict, Verification
from tests.verify.programs import only, project, verified

PROGRAM = """
import flyte
import nowhere_lib.deep as deep
from nowhere_lib import Base, OddError, decorator
from nowhere_lib.nn import Layer

env = flyte.TaskEnvironment(name="program")


class Model(Layer, Base):
    def forward(self, x):
        return self.inner(x)


@decorator
def plain(x: int) -> int:
    return x + 1


@decorator(depth=3)
class Other:
    pass


@env.task
def untouched(x: int = 1) -> int:
    return x + 1


@env.task
def touched(x: int = 1) -> int:
    try:
        with deep.session(x) as session:
            return len(session.rows) + x
    except OddError:
        return 0
"""


def by_function(found: Verification) -> dict[str, tuple[Verdict, str]]:
    results = [result for result in found.results if result.inputs == "defaults"]
    return {result.entry.function: (result.verdict, result.why) for result in results}


def test_without_them_the_missing_module_is_named(tmp_path: Path) -> None:
    found = verified(project(tmp_path / "p", program=PROGRAM))
    for result in found.results:
        assert result.verdict is Verdict.SKIPPED
        assert result.why == "it needs the module `nowhere_lib`, which is not installed"
        assert "--stub-missing" in result.advice


def test_what_uses_one_proves_nothing_and_what_does_not_runs(tmp_path: Path) -> None:
    found = verified(project(tmp_path / "p", program=PROGRAM), stub_missing=True)
    assert by_function(found) == {
        "untouched": (Verdict.RAN, "gave 2"),
        "touched": (Verdict.SKIPPED, "it ran with stand-ins for nowhere_lib, which proves nothing of its results"),
    }
    untouched = next(result for result in found.results if result.entry.function == "untouched")
    assert untouched.notes == ("stand-ins were imported and not used in the run: nowhere_lib",)


def test_a_decorated_function_is_left_as_it_is_but_a_module_that_only_imports_is_no_proof(tmp_path: Path) -> None:
    text = """
import flyte
from nowhere_lib import decorator


@decorator
def f() -> int:
    return 1


assert f() == 1
"""
    result = only(verified(project(tmp_path / "p", program=text), stub_missing=True))
    assert (result.verdict, result.why) == (Verdict.SKIPPED, "it can be imported with stand-ins for nowhere_lib")


def test_modules_of_the_project_and_of_flyte_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "p" / "package").mkdir(parents=True)
    (tmp_path / "p" / "package" / "__init__.py").write_text("")
    folder = project(
        tmp_path / "p",
        ours="import flyte\nimport package.gone\n",
        sdk="import flyte\nimport flyteplugins.gone\n",
    )
    ours, sdk = verified(folder, stub_missing=True).results
    assert (ours.verdict, sdk.verdict) == (Verdict.FAILED, Verdict.FAILED)
    assert "package.gone" in ours.why
    assert "flyteplugins.gone" in sdk.why


def test_a_library_that_asks_for_an_optional_module_does_not_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = project(
        tmp_path / "site", lib="try:\n    import nowhere_lib\nexcept ImportError:\n    nowhere_lib = None\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(library))
    text = "import flyte\nimport lib\n\nassert lib.nowhere_lib is None\n"
    assert only(verified(project(tmp_path / "p", program=text), stub_missing=True)).verdict is Verdict.RAN
