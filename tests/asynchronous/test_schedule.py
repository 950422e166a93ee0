"""Schedules lose no time and keep every order: no call waits for another one unless its graph says so."""

from __future__ import annotations

import random
from collections.abc import Sequence

import libcst as cst
import pytest

from flyte_migrate.asynchronous.items import Effect, Item, closure, side_by_side
from flyte_migrate.asynchronous.schedule import Group, Step, schedule


def items(*needs: Sequence[int], plain: Sequence[int] = ()) -> list[Item]:
    """Items of which the n-th needs the given ones; all are calls but those that are ``plain``."""
    found: list[Item] = []
    for number, before in enumerate(needs):
        item = Item(number, None, unit=None if number in plain else cst.Name("t"))
        item.needs = {found[n] for n in before}
        found.append(item)
    return found


def waits(steps: Sequence[Step]) -> dict[Item, set[Item]]:
    """The calls that each item starts after."""
    found: dict[Item, set[Item]] = {}

    def awaited(item: Item, started: Sequence[Item]) -> set[Item]:
        return {other for s in started if s in item.needs for other in (s, *found[s])}

    def sequence(part: Sequence[Step], before: set[Item], started: Sequence[Item]) -> set[Item]:
        done = set(before)
        for step in part:
            if isinstance(step, Group):
                ended = set(done)
                shared: list[Item] = []
                for branch in step.shared:
                    ended |= sequence(branch, done, [*started, *shared])
                    shared += [item for item in branch if isinstance(item, Item)]
                for branch in step.branches:
                    ended |= sequence(branch, done, [*started, *shared])
                done = ended
            else:
                # Awaiting a started call holds up what follows in the same sequence.
                done |= awaited(step, started)
                found[step] = found.get(step, set()) | done
                done.add(step)
        return done

    sequence(steps, set(), ())
    return found


def check(graph: list[Item]) -> None:
    found = waits(schedule(graph))
    needed = closure(graph)
    assert set(found) == set(graph)
    for item in graph:
        assert needed[item] <= found[item], f"{item.position} starts too early"
        if item.has_calls:
            late = {other.position for other in found[item] - needed[item] if other.has_calls}
            assert not late, f"{item.position} waits for {late}"


@pytest.mark.parametrize(
    "needs",
    [
        [(), (0,), (0,), (1, 2)],
        [(), (), (0,), (0, 1)],
        [(), (), (0,), (1,), (2, 3)],
        [(), (), (0,), (0, 1), (1,), (2, 3), (3, 4), (5, 6)],
        [(), (0,), (1,)],
        [(), (), ()],
        [(), (0,), (), (2,), (1, 2), (3,)],
    ],
    ids=["diamond", "crossed", "chains", "ladder", "line", "free", "uneven"],
)
def test_a_call_waits_for_nothing_but_what_it_needs(needs: list[tuple[int, ...]]) -> None:
    check(items(*needs))


@pytest.mark.parametrize("seed", range(300))
def test_random_graphs_lose_no_time(seed: int) -> None:
    choice = random.Random(seed)
    count = choice.randint(2, 9)
    check(items(*([n for n in range(k) if choice.random() < 0.35] for k in range(count))))


def test_plain_values_stay_with_the_calls_they_are_between() -> None:
    graph = items((), (0,), (1,), (), (2, 3), plain=(1,))
    steps = schedule(graph)
    group = steps[0]
    assert isinstance(group, Group)
    assert group.branches == [[graph[0], graph[1], graph[2]], [graph[3]]]
    assert steps[1:] == [graph[4]]


def test_one_call_and_plain_items_keep_the_order_of_the_text() -> None:
    graph = items((), (), (0,), (), plain=(0, 2, 3))
    assert schedule(graph) == graph


def test_a_plain_value_of_a_shared_call_is_computed_where_it_is_needed() -> None:
    graph = items((), (0,), (1,), (), (1, 3), plain=(1,))
    (group,) = schedule(graph)
    assert isinstance(group, Group)
    assert group.shared == [[graph[0]]]
    assert [branch.count(graph[1]) for branch in group.branches] == [1, 1]


def test_an_effect_is_never_repeated() -> None:
    graph = items((), (0,), (1,), (), (1, 3), plain=(1,))
    graph[1].effect = Effect.UNKNOWN
    assert schedule(graph) == graph


def test_the_width_of_a_graph_is_counted_by_calls() -> None:
    graph = items((), (0,), (0,), (0,), (1, 2, 3), plain=(2,))
    assert side_by_side(graph) == [graph[1], graph[3]]
