"""What the bundled runtime does where the real local mode gives nothing to compare with."""

from __future__ import annotations

import pathlib

from .programs import run_program


def test_stop_iteration_from_a_sync_body_is_an_error(tmp_path: pathlib.Path) -> None:
    """The real local mode waits for ever: a future cannot hold a StopIteration."""
    finished = run_program(
        tmp_path,
        """
    import asyncio, flyte
    env = flyte.TaskEnvironment(name="stop")

    @env.task
    def empty() -> int:
        return next(iter([]))

    @env.task
    async def by_aio() -> str:
        try:
            await empty.aio()
        except flyte.errors.RuntimeUserError as error:
            return error.code

    try:
        flyte.run(empty)
    except flyte.errors.RuntimeUserError as error:
        print(error.code)
    print(flyte.run(by_aio).outputs()[0])
    """,
    )
    assert (finished.code, finished.output.split()) == (0, ["RuntimeError", "RuntimeError"]), finished.errors


def test_keys_of_a_typed_dict_keep_their_order(tmp_path: pathlib.Path) -> None:
    """The real SDK returns them in another order in every process."""
    finished = run_program(
        tmp_path,
        """
    import flyte
    env = flyte.TaskEnvironment(name="order")

    @env.task
    def echo(d: dict[str, int]) -> dict[str, int]:
        return d

    print(*flyte.run(echo, {"z": 1, "a": 2, "m": 3}).outputs()[0])
    """,
    )
    assert finished.output.split() == ["z", "a", "m"]


def test_the_cache_outlives_the_process_and_is_not_the_sdks_own(tmp_path: pathlib.Path) -> None:
    program = """
    import flyte
    env = flyte.TaskEnvironment(name="cached")

    @env.task(cache=flyte.Cache("auto", version_override="1"))
    def work(x: int) -> int:
        print("ran")
        return x

    print(flyte.run(work, 1).outputs()[0])
    """
    outputs = [run_program(tmp_path, program).output.split() for _ in range(2)]
    assert outputs == [["ran", "1"], ["1"]]
    assert not (tmp_path / ".flyte" / "local-cache").exists()


def test_waits_between_attempts_are_the_real_ones_unless_scaled(tmp_path: pathlib.Path) -> None:
    finished = run_program(
        tmp_path,
        """
    import datetime, flyte
    from flyte import _retry

    plain = flyte.RetryStrategy(count=3)
    own = flyte.RetryStrategy(count=3, backoff=flyte.Backoff(base=datetime.timedelta(seconds=2)))
    print(*[_retry.seconds_before_retry(plain, n) for n in (1, 2, 3)], _retry.seconds_before_retry(own, 2))
    """,
    )
    assert finished.output.split() == ["0.5", "1.0", "2.0", "2.0"]


def test_only_the_standard_library_is_imported(tmp_path: pathlib.Path) -> None:
    finished = run_program(
        tmp_path,
        """
    import sys
    before = set(sys.modules)
    import asyncio, dataclasses, flyte, flyte.errors, flyte.durable, flyte.extend, flyte.models, flyte.syncify
    env = flyte.TaskEnvironment(name="lean", image=flyte.Image.from_debian_base(), resources=flyte.Resources(cpu=1))

    @dataclasses.dataclass
    class Point:
        x: int

    @env.task(cache="auto", retries=1)
    def work(p: Point) -> list[int]:
        return [p.x]

    @env.task
    async def main_task() -> list[list[int]]:
        return [each async for each in flyte.map.aio(work, [Point(1), Point(2)])]

    print(flyte.run(main_task).outputs()[0])
    outside = {name.partition(".")[0] for name in set(sys.modules) - before}
    print(*sorted(outside - set(sys.stdlib_module_names) - {"flyte", "program", "__mp_main__"}))
    """,
    )
    assert finished.output.splitlines() == ["[[1], [2]]", ""], (finished.output, finished.errors)
