"""Work that is divided among processes comes back whole and in order, whatever happens to one of them."""

from __future__ import annotations

import os
import signal

import pytest

from flyte_migrate.workers import each


def _twice(number: int, _: object) -> int:
    return 2 * number


def _pid(_: int, __: object) -> int:
    return os.getpid()


def _killed_elsewhere(number: int, parent: int) -> int:
    """``2 * number`` in the ``parent`` process; another one that comes to 30 is killed as the system kills them."""
    if number == 30 and os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


@pytest.mark.parametrize("jobs", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 100])
def test_results_come_in_the_order_of_the_items(jobs: int, count: int) -> None:
    assert list(each(_twice, range(count), None, jobs)) == [2 * number for number in range(count)]


def test_several_jobs_are_several_processes() -> None:
    assert os.getpid() not in set(each(_pid, range(10), None, 2))


def test_what_a_killed_process_leaves_is_done_here() -> None:
    assert list(each(_killed_elsewhere, range(100), os.getpid(), 2)) == [2 * number for number in range(100)]


def test_a_system_that_can_not_fork_has_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("multiprocessing.get_all_start_methods", lambda: ["spawn"])
    assert set(each(_pid, range(10), None, 2)) == {os.getpid()}
