"""Values in a form that two SDKs can be compared by, and where two of them differ."""

from __future__ import annotations

import datetime
import enum
import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas
import pytest

from flyte_migrate.verify.compare import call_differences, differences, opaque_types, shown
from flyte_migrate.verify.model import Difference
from flyte_migrate.verify.program.values import canonical


class Pair(NamedTuple):
    left: int
    right: int


@dataclass
class Point:
    x: int
    ys: list[float]


class Colour(enum.Enum):
    RED = 1


class Other(enum.Enum):
    RED = 2


class Plain:
    def __init__(self, x: int) -> None:
        self.x = x


NAIVE = datetime.datetime(2024, 1, 2, 3)
AWARE = datetime.datetime(2024, 1, 2, 4, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (Pair(1, 2), (1, 2)),
        ((1, 2), [1, 2]),
        (3, 3.0),
        (Point(1, [2.0]), {"x": 1, "ys": [2]}),
        (Colour.RED, Other.RED),
        (NAIVE, AWARE),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({2: "b", 1: "a"}, {1: "a", 2: "b"}),
        ({3, 1, 2}, {1, 2, 3}),
        (math.nan, math.nan),
        (pandas.DataFrame({"a": [1, 2]}, index=[5, 6]), pandas.DataFrame({"a": [1, 2]})),
        (Plain(1), Plain(1)),
    ],
)
def test_the_same_value_in_another_form_is_the_same(left: Any, right: Any) -> None:
    assert differences(canonical(left), canonical(right)) == ()


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (1, 2, Difference("output", "1", "2")),
        (True, 1, Difference("output", "True", "1")),
        (None, 0, Difference("output", "None", "0")),
        ("1", 1, Difference("output", "'1'", "1")),
        ([1, 2], [2, 1], Difference("output[0]", "1", "2")),
        ([1], [1, 2], Difference("length of output", "1", "2")),
        (Point(1, [2.0]), Point(1, [2.5]), Difference("output.ys[0]", "2.0", "2.5")),
        ({"a": 1}, {}, Difference("output.a", "1", "(absent)")),
        (
            pandas.DataFrame({"a": [1, 2]}),
            pandas.DataFrame({"a": [1, 3]}),
            Difference("output row 1.a", "2", "3"),
        ),
        (Plain(1), Plain(2), Difference("output.x", "1", "2")),
        (1, ValueError("no"), Difference("output", "1", "the exception ValueError")),
        (b"a", b"b", Difference("output", "61", "62")),
    ],
)
def test_a_difference_is_told_by_its_place(left: Any, right: Any, expected: Difference) -> None:
    assert differences(canonical(left), canonical(right))[0] == expected


def test_only_the_first_few_differences_are_told() -> None:
    assert len(differences(list(range(100)), list(range(1, 101)))) == 5


def test_what_cant_be_looked_into_is_named() -> None:
    assert opaque_types(canonical({"a": [object()]})) == {"builtins.object"}
    assert opaque_types(canonical([1, {"a": 2}])) == frozenset()


def test_calls_are_compared_by_their_number() -> None:
    assert call_differences({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 1}) == (
        Difference("calls of b", "2 times", "3 times"),
        Difference("calls of c", "none", "once"),
    )


def test_a_value_is_shown_on_one_line() -> None:
    assert shown(canonical(Point(1, [0.5]))) == "{x: 1, ys: [0.5]}"
    assert shown(canonical("x" * 500)).endswith("…")
    assert len(shown(canonical("x" * 500))) == 120
