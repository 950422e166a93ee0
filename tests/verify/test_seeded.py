"""Every kind of wrong conversion, seeded into migrated text, is reported: where, why, and what to write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from flyte_migrate.verify.model import Result, Verdict
from tests.verify.programs import AFTER, BEFORE, only, project, verified


@dataclass(frozen=True)
class Seed:
    """``old`` becomes ``new``; then ``rule`` is broken, or ``why`` is said, at the line that holds ``at``."""

    old: str
    new: str
    at: str
    why: str


ALONE = {
    "wrong keyword": Seed("a=found[0], b=found[1]", "first=found[0], b=found[1]", "first=", "[unknown-argument]"),
    "missing depends_on": Seed(", depends_on=[double_env]", "", "flyte.map(double", "[missing-depends-on]"),
    "unconsumed map": Seed(
        "list(flyte.map(double, xs, return_exceptions=False))",
        "xs; flyte.map(double, xs, return_exceptions=False)",
        "flyte.map(",
        "[unconsumed-map]",
    ),
    "un-awaited coroutine": Seed(
        "    found = stats(xs=doubled)",
        "    stats.aio(xs=doubled)\n    found = (1, 2)",
        "stats.aio",
        "[unawaited-call]",
    ),
    "NamedTuple attribute": Seed("a=found[0]", "a=found.total", "found.total", "AttributeError"),
    "unbound name": Seed("rest > limit", "rest > limitt", "limitt", "NameError"),
    "cluster-only default": Seed(
        "@env.task\ndef main(xs: List[int], limit: int = 4)",
        "@env.task  # of main\ndef main(xs: List[int], limit: int = None)",
        "# of main",
        "[unserialisable-default]",
    ),
}

COMPARED = {
    "wrong branch": (Seed("if rest > limit", "if not rest > limit", "", "another result"), {}),
    "swapped arguments": (Seed("a=found[0], b=found[1]", "a=found[1], b=found[0]", "", "another result"), {}),
    "dropped call": (
        Seed("    rest = subtract(a=found[0], b=found[1])", "    rest = found[0] - found[1]", "", "number of times"),
        {},
    ),
    "swallowed map exception": (
        Seed(
            "doubled = list(flyte.map(double, xs, return_exceptions=False))",
            "doubled = [each for each in flyte.map(double, xs) if isinstance(each, int)]",
            "",
            "the original fails and it does not",
        ),
        {"xs": [1, 2, 101]},
    ),
    "other exception": (
        Seed('raise ValueError("too large")', 'raise KeyError("too large")', "", "another exception"),
        {"xs": [1, 2, 101]},
    ),
}


def line_of(folder: Path, text: str) -> int:
    lines = (folder / "program.py").read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def test_the_right_text_runs(tmp_path: Path) -> None:
    found = verified(project(tmp_path / "after", program=AFTER))
    assert [result.verdict for result in found.results] == [Verdict.RAN, Verdict.RAN]
    assert {result.entry.name for result in found.results} == {"program:main"}


@pytest.mark.parametrize("kind", ALONE)
def test_the_bundled_runtime_alone_finds(kind: str, tmp_path: Path) -> None:
    seed = ALONE[kind]
    assert seed.old in AFTER
    folder = project(tmp_path / "after", program=AFTER.replace(seed.old, seed.new))
    for result in verified(folder).results:
        assert result.verdict is Verdict.FAILED, result
        assert seed.why in result.why
        assert result.place is not None
        assert Path(result.place.file).name == "program.py"
        assert "flyte-migrate-verify" not in result.place.file + result.why + result.advice
        assert result.place.line == line_of(folder, seed.at), result
        assert result.advice


def test_a_sync_call_in_an_async_task_is_found(tmp_path: Path) -> None:
    seeded = AFTER.replace("def main(", "async def main(")
    folder = project(tmp_path / "after", program=seeded)
    for result in verified(folder).results:
        assert result.verdict is Verdict.FAILED, result
        assert result.place is not None and result.place.function in ("", "main")
        assert "async" in result.why + result.advice


@pytest.mark.parametrize("kind", COMPARED)
def test_comparison_with_flytekit_finds(kind: str, tmp_path: Path) -> None:
    seed, inputs = COMPARED[kind]
    assert seed.old in AFTER
    result = compared(tmp_path, AFTER.replace(seed.old, seed.new), inputs)
    assert result.verdict is Verdict.DIFFERS, result
    assert seed.why in result.why
    assert result.differences


def compared(tmp_path: Path, after: str, inputs: dict[str, object]) -> Result:
    before = project(tmp_path / "before", program=BEFORE)
    folder = project(tmp_path / "after", program=after)
    return only(
        verified(
            folder,
            against_flytekit=True,
            original=str(before),
            entries=("program:main",),
            inputs=({"xs": [3, 5, 7], **inputs},),
        )
    )


def test_the_right_text_is_the_same_as_the_original(tmp_path: Path) -> None:
    result = compared(tmp_path, AFTER, {})
    assert (result.verdict, result.differences) == (Verdict.SAME, ())
    assert "-16" in result.why


def test_the_same_exception_is_the_same(tmp_path: Path) -> None:
    result = compared(tmp_path, AFTER, {"xs": [1, 101]})
    assert result.verdict is Verdict.SAME
    assert "both raise ValueError: too large" in result.why


def test_what_differs_is_shown_from_both_sides(tmp_path: Path) -> None:
    result = compared(tmp_path, AFTER.replace("if rest > limit", "if not rest > limit"), {})
    shown = {(found.what, found.original, found.migrated) for found in result.differences}
    assert shown == {
        ("output", "-16", "32"),
        ("calls of double", "3 times", "4 times"),
        ("calls of negate", "once", "none"),
    }


def test_an_unmigrated_project_is_migrated_in_a_copy_and_is_the_same(tmp_path: Path) -> None:
    folder = project(tmp_path / "before", program=BEFORE)
    found = verified(folder, against_flytekit=True, entries=("program:main",), inputs=({"xs": [3, 5, 7]},))
    assert only(found).verdict is Verdict.SAME, only(found)
    assert [Path(path).name for path in found.migrated] == ["program.py"]
