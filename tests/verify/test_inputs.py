"""Inputs: made ones differ by position and number, given ones are converted from JSON."""

from __future__ import annotations

import datetime
import enum
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Optional, Union

import pytest

from flyte_migrate.verify.model import Verdict
from flyte_migrate.verify.program.inputs import NoValueError, from_json, generated
from tests.verify.programs import only, project, verified

UTC = datetime.timezone.utc


class Colour(enum.Enum):
    RED = "r"
    GREEN = "g"


@dataclass
class Inner:
    x: int
    when: datetime.timedelta


@dataclass
class Outer:
    inner: Inner
    names: list[str]
    maybe: float | None = None


class Pair(NamedTuple):
    left: int
    right: str


class Blobs:
    """Files and folders are their paths."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def kind(self, hint: Any) -> str:
        return "file" if hint is Path else ""

    def path(self, name: str) -> str:
        return str(self.folder / name)

    def given(self, path: str) -> str:
        return str(self.folder / path)

    def make(self, kind: str, data: Any, hint: Any) -> Any:
        return Path(data)


@pytest.mark.parametrize(
    ("hint", "first", "second"),
    [
        (int, 3, 8),
        (Annotated[int, "m"], 3, 8),
        (float, 0.25, 1.75),
        (str, "alpha", "delta"),
        (bool, True, False),
        (bytes, b"alpha", b"delta"),
        (datetime.datetime, datetime.datetime(2024, 1, 2, 3, tzinfo=UTC), datetime.datetime(2024, 1, 2, 4, tzinfo=UTC)),
        (datetime.date, datetime.date(2024, 1, 2), datetime.date(2024, 2, 2)),
        (datetime.timedelta, datetime.timedelta(minutes=30), datetime.timedelta(minutes=41)),
        (list[int], [3, 5, 7], [8, 10]),
        (list[list[int]], [[3, 5, 7], [5, 7, 9], [7, 9, 11]], [[8, 10], [10, 12]]),
        (dict[str, float], {"alpha": 0.25, "beta": 0.75}, {"delta": 1.75, "epsilon": 2.25}),
        (tuple[int, str], (3, "beta"), (8, "epsilon")),
        (Optional[int], 3, None),  # noqa: UP045 - the form most source has
        (Union[int, str], 3, "delta"),  # noqa: UP007
        (int | None, 3, None),
        (Literal["a", "b"], "a", "b"),
        (Colour, Colour.RED, Colour.GREEN),
        (dict, {"alpha": 3, "beta": 5, "gamma": 7}, {"alpha": 8, "beta": 10}),
        (Pair, Pair(3, "beta"), Pair(8, "epsilon")),
        (Inner, Inner(3, datetime.timedelta(minutes=37)), Inner(8, datetime.timedelta(minutes=48))),
    ],
)
def test_values_by_type(hint: Any, first: Any, second: Any, tmp_path: Path) -> None:
    assert generated(hint, 0, 0, Blobs(tmp_path), "x") == first
    assert generated(hint, 0, 1, Blobs(tmp_path), "x") == second


@pytest.mark.parametrize("hint", [int, float, str, bool, datetime.datetime, list[int], Inner])
def test_neighbours_of_one_type_differ(hint: Any, tmp_path: Path) -> None:
    assert generated(hint, 0, 0, Blobs(tmp_path), "a") != generated(hint, 1, 0, Blobs(tmp_path), "b")


def test_files_have_lines(tmp_path: Path) -> None:
    path = generated(Path, 0, 0, Blobs(tmp_path), "x")
    assert path.read_text() == "a,b\n3,4\n5,6\n7,8\n"


def test_a_type_without_values_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoValueError, match=r"`model\.engine: .*Engine`"):
        generated(dataclass(type("M", (), {"__annotations__": {"engine": Engine}})), 0, 0, Blobs(tmp_path), "model")


class Engine:
    pass


@pytest.mark.parametrize(
    ("value", "hint", "expected"),
    [
        (3, float, 3.0),
        ("2024-01-02T03:04:05Z", datetime.datetime, datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2024-01-02", datetime.date, datetime.date(2024, 1, 2)),
        (90, datetime.timedelta, datetime.timedelta(seconds=90)),
        ("RED", Colour, Colour.RED),
        ("g", Colour, Colour.GREEN),
        (None, int | None, None),
        ("text", int | str, "text"),
        ([1, 2], list[float], [1.0, 2.0]),
        ([1, "a"], tuple[int, str], (1, "a")),
        (
            {"inner": {"x": 1, "when": 60}, "names": ["a"]},
            Outer,
            Outer(Inner(1, datetime.timedelta(minutes=1)), ["a"]),
        ),
    ],
)
def test_json_becomes_what_the_type_wants(value: Any, hint: Any, expected: Any, tmp_path: Path) -> None:
    made = from_json(value, hint, Blobs(tmp_path), "x")
    assert made == expected
    assert type(made) is type(expected)


def test_json_that_does_not_fit_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoValueError, match=r"`x: .*Inner` can't be made of"):
        from_json({"y": 1}, Inner, Blobs(tmp_path), "x")
    with pytest.raises(NoValueError, match="there is no file gone"):
        from_json("gone", Path, Blobs(tmp_path), "x")


TYPES = """
import datetime, enum
from dataclasses import dataclass
from typing import Dict, List, Literal, Optional

{imports}


class Colour(enum.Enum):
    RED = "r"
    GREEN = "g"


@dataclass
class Point:
    x: int
    ys: List[float]


{decorator}
def main(
    i: int, f: float, s: str, b: bool, when: datetime.datetime, span: datetime.timedelta, xs: List[int],
    d: Dict[str, int], o: Optional[str], c: Colour, p: Point, data: {file}, folder: {folder}, points: List[Point],
    choice: Literal["a", "b"],
) -> str:
    {read}
    return repr((i, f, s, b, when, span, xs, d, o, c, p, text, names, points, choice))
"""

TYPES_BEFORE = TYPES.format(
    imports="import os\nfrom flytekit import task\nfrom flytekit.types.file import FlyteFile\n"
    "from flytekit.types.directory import FlyteDirectory",
    decorator="@task",
    file="FlyteFile",
    folder="FlyteDirectory",
    read="text, names = open(data).read(), sorted(os.listdir(folder))",
)
TYPES_AFTER = TYPES.format(
    imports="import os\nimport flyte\nfrom flyte.io import Dir, File\n\nenv = flyte.TaskEnvironment(name='types')",
    decorator="@env.task",
    file="File",
    folder="Dir",
    read="text, names = open(data.download_sync()).read(), sorted(os.listdir(folder.download_sync()))",
)


def test_both_sdks_get_the_same_values_of_every_type(tmp_path: Path) -> None:
    before = project(tmp_path / "before", program=TYPES_BEFORE)
    after = project(tmp_path / "after", program=TYPES_AFTER)
    found = verified(after, against_flytekit=True, original=str(before))
    assert [result.verdict for result in found.results] == [Verdict.SAME, Verdict.SAME], found.results


def test_given_inputs_are_converted_and_files_found_from_their_folder(tmp_path: Path) -> None:
    text = """
import flyte
from flyte.io import File

env = flyte.TaskEnvironment(name="p")


@env.task
def main(data: File, times: int = 1) -> str:
    return open(data.download_sync()).read() * times
"""
    folder = project(tmp_path / "p", program=text)
    (tmp_path / "inputs").mkdir()
    (tmp_path / "inputs" / "words.txt").write_text("ab")
    given = json.loads('{"data": "words.txt", "times": 2}')
    options = {"entries": ("program:main",), "inputs_folder": str(tmp_path / "inputs")}
    assert only(verified(folder, inputs=(given,), **options)).why == "gave 'abab'"
    wrong = only(verified(folder, inputs=({"date": 1},), **options))
    assert (wrong.verdict, wrong.why) == (
        Verdict.SKIPPED,
        "it has no parameter `date`; its parameters are data, times",
    )
