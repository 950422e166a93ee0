"""Strict mode refuses what the real local mode is silent about, and says where and what to do."""

from __future__ import annotations

import pathlib
import sys

import pytest

from .programs import Finished, run_program

HEAD = """
    import asyncio, functools, flyte
    env = flyte.TaskEnvironment(name="one")

    @env.task
    def two(a: int, b: int = 5) -> int:
        return a + b

    @env.task
    async def slow(a: int) -> int:
        return a
"""
END = """
    print(flyte.with_runcontext(mode="local").run(main_task).outputs()[0])
"""


def program(body: str, end: str = END) -> str:
    return HEAD + body + end


def refused(finished: Finished, rule: str, advice: str, marker: str = "HERE") -> None:
    """The one violation has the rule, points to the marked line and says what to do; the program ended with it."""
    assert [each["rule"] for each in finished.violations] == [rule], (finished.violations, finished.errors)
    violation = finished.violations[0]
    place = (violation["file"], violation["line"])
    assert place == (finished.path, finished.line_of(marker))
    assert advice in violation["advice"]
    assert f"{finished.path}:{place[1]}: {rule}: " in finished.errors
    assert finished.code == 1


REFUSALS = {
    "unknown-argument": (
        """
    @env.task
    def main_task() -> int:
        return two(a=1, zzz=3)  # HERE
    """,
        "Its parameters are: a, b.",
    ),
    "duplicate-argument": (
        """
    @env.task
    def main_task() -> int:
        return two(1, a=2)  # HERE
    """,
        "Give it once.",
    ),
    "missing-depends-on": (
        """
    driver = flyte.TaskEnvironment(name="driver")

    @driver.task
    def main_task() -> int:
        return two(1)  # HERE
    """,
        "Add the environment 'one' to `depends_on` of 'driver'.",
    ),
    "cyclic-depends-on": (
        """
    other = flyte.TaskEnvironment(name="other", depends_on=[env])
    env.add_dependency(other)  # HERE

    @env.task
    def main_task() -> int:
        return 1
    """,
        "Put the tasks of these environments into one environment.",
    ),
    "duplicate-environment": (
        """
    other = flyte.TaskEnvironment(name="one")  # HERE

    @other.task
    def main_task() -> int:
        return 1
    """,
        "its own name",
    ),
    "duplicate-task": (
        """
    @env.task  # HERE
    def two(a: int) -> int:
        return a

    @env.task
    def main_task() -> int:
        return 1
    """,
        "Rename one of the functions",
    ),
    "sync-call-in-async": (
        """
    @env.task
    async def main_task() -> int:
        return two(1)  # HERE
    """,
        "Write `await two.aio(...)`.",
    ),
    "unawaited-call": (
        """
    @env.task
    def main_task() -> int:
        slow(1)  # HERE
        return 1
    """,
        "Write `await` before it",
    ),
    "unconsumed-map": (
        """
    @env.task
    def main_task() -> int:
        flyte.map(two, [1, 2])  # HERE
        return 1
    """,
        "Wrap it in `list(...)`",
    ),
    "unequal-map-lengths": (
        """
    @env.task
    def main_task() -> int:
        return len(list(flyte.map(two, [1, 2, 3], [4])))  # HERE
    """,
        "Pass lists of one length",
    ),
    "missing-secret": (
        """
    locked = flyte.TaskEnvironment(name="locked", secrets=[flyte.Secret(key="token", group="db")])  # HERE

    @locked.task
    def main_task() -> int:
        return 1
    """,
        "Set DB_TOKEN",
    ),
    "unserialisable-setting": (
        """
    odd = flyte.TaskEnvironment(name="odd", env_vars={"A": 1})  # HERE

    @odd.task
    def main_task() -> int:
        return 1
    """,
        "Write '1'.",
    ),
    "unserialisable-default": (
        """
    @env.task  # HERE
    def three(x: float = 1) -> float:
        return x

    @env.task
    def main_task() -> int:
        return 1
    """,
        "a default of the declared type",
    ),
    "values-too-large": (
        """
    @env.task(max_inline_io_bytes=1000)
    def length(text: str) -> int:
        return len(text)

    @env.task
    def main_task() -> int:
        return length("x" * 2000)  # HERE
    """,
        "Pass a `flyte.io.File`",
    ),
    "task-without-environment": (
        """
    from flyte.extend import AsyncFunctionTaskTemplate, NativeInterface

    def plain(x: int) -> int:
        return x

    loose = AsyncFunctionTaskTemplate(name="loose", func=plain, interface=NativeInterface.from_callable(plain))

    @env.task
    def main_task() -> int:
        return loose(1)  # HERE
    """,
        "`flyte.TaskEnvironment.from_task(...)`",
    ),
}


@pytest.mark.parametrize("rule", REFUSALS)
def test_a_violation_names_the_line_and_the_remedy(rule: str, tmp_path: pathlib.Path) -> None:
    body, advice = REFUSALS[rule]
    refused(run_program(tmp_path, program(body), strict=True), rule, advice)


@pytest.mark.parametrize("rule", sorted(set(REFUSALS) - {"sync-call-in-async"}))
def test_the_same_program_runs_without_strict_mode(rule: str, tmp_path: pathlib.Path) -> None:
    finished = run_program(tmp_path, program(REFUSALS[rule][0]))
    assert (finished.code, finished.violations) == (0, []), finished.errors


def test_an_except_clause_cannot_hide_a_violation(tmp_path: pathlib.Path) -> None:
    body = """
    @env.task(retries=3)
    def main_task() -> int:
        try:
            return two(a=1, zzz=3)  # HERE
        except Exception:
            return 0
    """
    refused(run_program(tmp_path, program(body), strict=True), "unknown-argument", "parameters")


def test_a_violation_swallowed_by_gather_is_still_recorded(tmp_path: pathlib.Path) -> None:
    body = """
    @env.task
    async def main_task() -> int:
        await asyncio.gather(two.aio(1, zzz=2), return_exceptions=True)  # HERE
        return 1
    """
    finished = run_program(tmp_path, program(body), strict=True)
    assert [(each["rule"], each["line"]) for each in finished.violations] == [
        ("unknown-argument", finished.line_of("HERE"))
    ]


@pytest.mark.parametrize(
    "call",
    [
        "await two.aio(1, zzz=2)  # HERE",
        "(await asyncio.gather(two.aio(1, zzz=2)))[0]  # HERE",
        "await slow(a=1, b=2)  # HERE",
    ],
)
def test_async_calls_are_placed_where_they_are_written(call: str, tmp_path: pathlib.Path) -> None:
    body = f"""
    @env.task
    async def main_task() -> int:
        return {call}
    """
    refused(run_program(tmp_path, program(body), strict=True), "unknown-argument", "parameters")


def test_depends_on_counts_transitively(tmp_path: pathlib.Path) -> None:
    body = """
    middle = flyte.TaskEnvironment(name="middle", depends_on=[env])
    driver = flyte.TaskEnvironment(name="driver", depends_on=[middle])

    @driver.task
    def main_task() -> int:
        return two(1) + 1
    """
    finished = run_program(tmp_path, program(body), strict=True)
    assert (finished.violations, finished.output.strip()) == ([], "7")


def test_a_dependency_the_other_way_round_does_not_count(tmp_path: pathlib.Path) -> None:
    body = """
    driver = flyte.TaskEnvironment(name="driver")
    env.add_dependency(driver)

    @driver.task
    def main_task() -> int:
        return two(1)  # HERE
    """
    refused(run_program(tmp_path, program(body), strict=True), "missing-depends-on", "'one'")


def test_a_call_through_a_plain_function_is_placed_in_that_function(tmp_path: pathlib.Path) -> None:
    body = """
    driver = flyte.TaskEnvironment(name="driver")

    def helper() -> int:
        return two(1)  # HERE

    @driver.task
    def main_task() -> int:
        return helper()
    """
    refused(run_program(tmp_path, program(body), strict=True), "missing-depends-on", "'one'")


def test_a_mapped_task_of_another_environment_needs_depends_on(tmp_path: pathlib.Path) -> None:
    body = """
    driver = flyte.TaskEnvironment(name="driver")

    @driver.task
    def main_task() -> int:
        return sum(flyte.map(two, [1, 2], return_exceptions=False))
    """
    finished = run_program(tmp_path, program(body), strict=True)
    assert [each["rule"] for each in finished.violations] == ["missing-depends-on"]


def test_a_script_imported_as_a_module_keeps_its_environments(tmp_path: pathlib.Path) -> None:
    body = """
    @env.task
    def main_task() -> int:
        import program
        return program.two(1)
    """
    end = """
    if __name__ == "__main__":
        print(flyte.with_runcontext(mode="local").run(main_task).outputs()[0])
    """
    finished = run_program(tmp_path, program(body, end), strict=True)
    assert (finished.violations, finished.output.strip()) == ([], "6"), finished.errors


@pytest.mark.parametrize("timeout", ["'1h'", "1.5"])
def test_a_timeout_of_another_type_is_refused(timeout: str, tmp_path: pathlib.Path) -> None:
    body = f"""
    @env.task(timeout={timeout})  # HERE
    def main_task() -> int:
        return 1
    """
    refused(run_program(tmp_path, program(body), strict=True), "unserialisable-setting", "whole seconds")


def test_none_as_the_default_of_a_plain_type_is_refused(tmp_path: pathlib.Path) -> None:
    body = """
    @env.task  # HERE
    def main_task(x: str = None) -> int:
        return 1
    """
    finished = run_program(tmp_path, program(body), strict=True)
    # Up to Python 3.10 such a parameter counts as optional.
    expected = [] if sys.version_info < (3, 11) else ["unserialisable-default"]
    assert [each["rule"] for each in finished.violations] == expected


def test_a_secret_that_is_set_is_no_violation(tmp_path: pathlib.Path) -> None:
    finished = run_program(tmp_path, program(REFUSALS["missing-secret"][0]), strict=True, DB_TOKEN="x")
    assert (finished.violations, finished.output.strip()) == ([], "1")


def test_a_value_that_does_not_fit_is_recorded_and_the_real_error_raised(tmp_path: pathlib.Path) -> None:
    body = """
    @env.task
    def main_task() -> str:
        try:
            two("text")  # HERE
        except flyte.errors.RuntimeUserError as error:
            return error.code
    """
    finished = run_program(tmp_path, program(body), strict=True)
    assert finished.output.strip() == "TypeError"
    assert [(each["rule"], each["line"]) for each in finished.violations] == [("unfit-value", finished.line_of("HERE"))]


def test_a_result_that_does_not_fit_points_to_the_task(tmp_path: pathlib.Path) -> None:
    body = """
    @env.task  # HERE
    def main_task() -> int:
        return "text"
    """
    refused(run_program(tmp_path, program(body), strict=True), "unfit-value", "annotation")


def test_a_check_of_a_value_names_the_call_it_was_passed_in(tmp_path: pathlib.Path) -> None:
    body = """
    import flyte.io

    @env.task
    def size(file: flyte.io.File) -> int:
        return 1

    @env.task
    async def main_task() -> int:
        return await size.aio(flyte.io.File(path="missing.txt"))  # HERE
    """
    refused(run_program(tmp_path, program(body), strict=True), "missing-file", "")


def test_results_outside_of_runs_are_checked_at_the_end(tmp_path: pathlib.Path) -> None:
    body = """
    flyte.map(two, [1, 2])  # MAP
    slow(1).close()
    unused = slow.aio(1)  # AIO
    """
    finished = run_program(tmp_path, program(body, ""), strict=True)
    assert [(each["rule"], each["line"]) for each in finished.violations] == [
        ("unconsumed-map", finished.line_of("MAP")),
        ("unawaited-call", finished.line_of("AIO")),
    ]


def test_used_results_are_no_violations(tmp_path: pathlib.Path) -> None:
    body = """
    @env.task
    async def main_task() -> int:
        first = [each async for each in flyte.map.aio(two, [1, 2])]
        second = await asyncio.gather(slow(1), slow.aio(2), two.aio(3))
        task = asyncio.create_task(slow(4))
        return sum(first) + sum(second) + await task

    @env.task
    def sync_main() -> int:
        made = flyte.map(two, [1, 2, 3])
        return next(made) + asyncio.run(slow(1))
    """
    finished = run_program(tmp_path, program(body, END + END.replace("main_task", "sync_main")), strict=True)
    assert (finished.violations, finished.output.split()) == ([], ["28", "7"]), finished.errors


def test_strict_mode_can_be_turned_on_and_off_in_the_process(tmp_path: pathlib.Path) -> None:
    body = """
    from flyte import _strict

    @env.task
    def main_task() -> int:
        return two(a=1, zzz=3)

    _strict.enable()
    try:
        flyte.run(main_task)
    except _strict.StrictError as error:
        print(error.violation.rule, len(_strict.violations()))
    _strict.clear()
    _strict.disable()
    print(flyte.run(main_task).outputs()[0], _strict.enabled())
    """
    finished = run_program(tmp_path, program(body, ""))
    assert finished.output.split() == ["unknown-argument", "1", "6", "False"]
