"""The record of a run: who called what with what, in which order, beside whom."""

from __future__ import annotations

import json
import pathlib

from .programs import run_program

HEAD = """
    import asyncio, time, flyte
    env = flyte.TaskEnvironment(name="rec")

    @env.task
    def square(x: int) -> int:
        return x * x

    @env.task
    def fails(x: int) -> int:
        raise KeyError(x)

    @env.task
    def wait(x: int) -> int:
        time.sleep(0.4)
        return x

    from flyte import _recorder
    _recorder.start()
"""


def test_calls_have_parents_order_values_and_places(tmp_path: pathlib.Path) -> None:
    finished = run_program(
        tmp_path,
        HEAD
        + """
    @env.task
    def main_task(n: int) -> int:
        first = square(n)  # FIRST
        return square(x=first)  # SECOND

    flyte.run(main_task, 3)
    """,
    )
    root, first, second = finished.record["calls"]
    assert (root["task"], root["parent"], root["inputs"], root["output"], root["kind"]) == (
        "rec.main_task",
        None,
        {"n": "3"},
        "81",
        "action",
    )
    assert [
        (each["task"], each["env"], each["parent"], each["inputs"], each["output"]) for each in (first, second)
    ] == [
        ("rec.square", "rec", root["id"], {"x": "3"}, "9"),
        ("rec.square", "rec", root["id"], {"x": "9"}, "81"),
    ]
    assert [(each["file"], each["line"]) for each in (first, second)] == [
        (finished.path, finished.line_of("FIRST")),
        (finished.path, finished.line_of("SECOND")),
    ]
    assert root["start"] <= first["start"] <= first["end"] <= second["start"] <= second["end"] <= root["end"]
    assert [each["side_by_side"] for each in (root, first, second)] == [[], [], []]


def test_failures_and_attempts(tmp_path: pathlib.Path) -> None:
    finished = run_program(
        tmp_path,
        HEAD
        + """
    @env.task
    def main_task() -> int:
        try:
            fails.override(retries=2)(1)
        except flyte.errors.RuntimeUserError:
            return 0

    flyte.run(main_task)
    """,
        FLYTE_MIGRATE_BACKOFF_SCALE="0.01",
    )
    call = finished.record["calls"][1]
    assert call["error"] == {"type": "RuntimeUserError", "code": "KeyError", "message": "1"}
    assert (call["attempts"], call["output"]) == (3, None)


def test_what_ran_side_by_side(tmp_path: pathlib.Path) -> None:
    finished = run_program(
        tmp_path,
        HEAD
        + """
    @env.task
    async def main_task() -> int:
        await asyncio.gather(wait.aio(1), wait.aio(2))
        return await wait.aio(3)

    flyte.run(main_task)
    """,
    )
    beside = {each["inputs"]["x"]: each["side_by_side"] for each in finished.record["calls"][1:]}
    ids = {each["inputs"]["x"]: each["id"] for each in finished.record["calls"][1:]}
    assert beside == {"1": [ids["2"]], "2": [ids["1"]], "3": []}


def test_groups_cache_hits_and_direct_calls(tmp_path: pathlib.Path) -> None:
    finished = run_program(
        tmp_path,
        HEAD
        + """
    cached = square.override(cache=flyte.Cache("auto", version_override="1"))

    @env.task
    def main_task() -> int:
        with flyte.group("g"):
            cached(2)
        return cached(2)

    flyte.run(main_task)
    main_task()
    """,
    )
    calls = finished.record["calls"]
    assert [(each["group"], each["cached"], each["attempts"]) for each in calls[1:3]] == [
        ("g", False, 1),
        (None, True, 0),
    ]
    assert [(each["kind"], each["parent"]) for each in calls[3:]] == [("direct", None), ("direct", 3), ("direct", 3)]


def test_the_tree_is_readable(tmp_path: pathlib.Path) -> None:
    finished = run_program(
        tmp_path,
        HEAD
        + """
    @env.task
    async def main_task() -> int:
        await asyncio.gather(wait.aio(1), fails.aio(2), wait.aio(3), return_exceptions=True)
        return 1

    flyte.run(main_task)
    """,
    )
    lines = finished.tree.splitlines()
    assert lines[0] == "#0 rec.main_task() -> 1"
    assert lines[1].startswith("  #1 rec.wait(x=1) -> 1  [beside #")
    assert lines[2].startswith("  #2 rec.fails(x=2) !! RuntimeUserError(KeyError): 2")


def test_a_file_named_in_the_environment_gets_the_record(tmp_path: pathlib.Path) -> None:
    target = tmp_path / "record.json"
    program = (
        HEAD.replace("    from flyte import _recorder\n    _recorder.start()\n", "") + "\n    flyte.run(square, 4)\n"
    )
    run_program(tmp_path, program, FLYTE_MIGRATE_TRACE=str(target))
    written = json.loads(target.read_text())
    assert [(each["task"], each["output"]) for each in written["calls"]] == [("rec.square", "16")]


def test_nothing_is_recorded_unless_asked(tmp_path: pathlib.Path) -> None:
    program = (
        HEAD.replace("    from flyte import _recorder\n    _recorder.start()\n", "") + "\n    flyte.run(square, 4)\n"
    )
    assert run_program(tmp_path, program).record["calls"] == []
