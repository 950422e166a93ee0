"""Strict mode refuses configuration that the real SDK takes silently and that fails or misleads once deployed."""

from __future__ import annotations

import pathlib

import pytest

from .programs import Finished, run_program

IMAGE = "flyte.Image.from_debian_base(name='n')"

REFUSALS = {
    "image-commands": (f"{IMAGE}.with_commands('apt update', 'apt upgrade')", "as one list"),
    "image-python-version": ("flyte.Image.from_debian_base(python_version='3.12')", "python_version=(3, 12)"),
    "image-platform": ("flyte.Image.from_debian_base(platform='linux/amd64')", "platform=('linux/amd64',)"),
    "image-template": ("flyte.Image.from_base('{{.image.default.fqn}}:v1')", "from_ref_name"),
    "fixed-rate": ("flyte.FixedRate(timedelta(hours=1))", "flyte.FixedRate(60)"),
    "cron-expression": ("flyte.Cron('@daily')", "0 9 * * 1-5"),
    "cron-timezone": ("flyte.Cron('0 9 * * *', timezone='Mars/Olympus')", "tz database"),
    "ignored-argument": ("DataFrame(dataframe=[1])", "DataFrame.wrap_df(df)"),
}

ACCEPTED = (
    f"{IMAGE}.with_commands(['apt update', 'apt upgrade'])",
    "flyte.Image.from_debian_base(python_version=(3, 12), platform=('linux/amd64',))",
    "flyte.Image.from_base('registry.example/n:1').clone(name='n', python_version=(3, 11), extendable=True)",
    "flyte.FixedRate(1)",
    "flyte.Cron('*/5 0-6,22 1 jan-mar,12 MON-fri', 'Europe/London')",
    "flyte.Cron('0 0 * * 7')",
    "DataFrame(uri='data.parquet', format='parquet')",
    "File(path=__file__, hash='h')",
)

BAD_CRON = (
    "garbage",
    "0 9 * *",
    "0 9 * * * *",
    "60 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "* * * 13 *",
    "* * * * 8",
    "*/0 * * * *",
    "a * * * *",
    "1- * * * *",
    "? * * * *",
    "* * * * mon..fri",
)


def run(folder: pathlib.Path, expression: str, strict: bool = True) -> Finished:
    program = f"""
    from datetime import timedelta
    import flyte
    from flyte.io import DataFrame, Dir, File
    {expression}  # HERE
    """
    return run_program(folder, program, strict=strict)


@pytest.mark.parametrize("rule", REFUSALS)
def test_setting_is_refused_where_it_stands(rule: str, tmp_path: pathlib.Path) -> None:
    expression, advice = REFUSALS[rule]
    finished = run(tmp_path, expression)
    assert [each["rule"] for each in finished.violations] == [rule], finished.errors
    violation = finished.violations[0]
    assert (violation["file"], violation["line"]) == (finished.path, finished.line_of("HERE"))
    assert advice in violation["advice"]
    assert finished.code == 1


@pytest.mark.parametrize("rule", REFUSALS)
def test_setting_is_taken_without_strict_mode_as_the_real_sdk_takes_it(rule: str, tmp_path: pathlib.Path) -> None:
    finished = run(tmp_path, REFUSALS[rule][0], strict=False)
    assert (finished.code, finished.violations) == (0, []), finished.errors


def test_a_template_as_the_image_of_an_environment_is_refused(tmp_path: pathlib.Path) -> None:
    finished = run(tmp_path, "flyte.TaskEnvironment(name='one', image='{{.image.gpu.fqn}}:{{.image.gpu.version}}')")
    assert [each["rule"] for each in finished.violations] == ["image-template"], finished.errors
    assert finished.violations[0]["line"] == finished.line_of("HERE")


def test_correct_settings_are_accepted(tmp_path: pathlib.Path) -> None:
    finished = run(tmp_path, f"[{', '.join(ACCEPTED)}]")
    assert (finished.code, finished.violations) == (0, []), finished.errors


@pytest.mark.parametrize(
    ("inputs", "problem"),
    [
        ({"x": 1, "y": 2}, "has the input 'y', which the task has not"),
        ({}, "lacks the input 'x', which the task needs"),
        ({"x": "1"}, "gives the input 'x' as '1', which is no int"),
        ({"x": 1, "ratio": 1}, "gives the input 'ratio' as 1, which is no float"),
        ({"x": 1}, None),
        ({"x": 1, "ratio": 0.5}, None),
    ],
)
def test_inputs_of_a_trigger_are_those_of_its_task(
    inputs: dict[str, object], problem: str | None, tmp_path: pathlib.Path
) -> None:
    program = f"""
    from datetime import datetime
    import flyte
    env = flyte.TaskEnvironment(name="one")
    inputs = {inputs!r} | {{"when": flyte.TriggerTime}}

    @env.task(triggers=flyte.Trigger("nightly", flyte.Cron("0 0 * * *"), inputs=inputs))  # HERE
    def task(x: int, when: datetime, ratio: float = 1.5) -> int:
        return x
    """
    finished = run_program(tmp_path, program, strict=True)
    if problem is None:
        assert (finished.code, finished.violations) == (0, []), finished.errors
        return
    assert [each["rule"] for each in finished.violations] == ["trigger-input"], finished.errors
    assert problem in finished.violations[0]["message"]
    assert finished.violations[0]["line"] == finished.line_of("HERE")


def test_every_kind_of_wrong_cron_expression_is_refused(tmp_path: pathlib.Path) -> None:
    program = f"""
    import flyte
    from flyte._strict import StrictError
    for text in {BAD_CRON!r}:
        try:
            flyte.Cron(text)
        except StrictError:
            continue
        print(text)
    """
    finished = run_program(tmp_path, program, strict=True)
    assert finished.output == ""
    assert len(finished.violations) == len(BAD_CRON)


def test_data_that_does_not_exist_is_refused_at_the_task_border(tmp_path: pathlib.Path) -> None:
    program = """
    import flyte
    from flyte.io import Dir, File
    env = flyte.TaskEnvironment(name="files")

    @env.task
    def make() -> File:
        return File(path="/missing/data.txt")

    flyte.with_runcontext(mode="local").run(make)
    """
    finished = run_program(tmp_path, program, strict=True)
    assert [each["rule"] for each in finished.violations] == ["missing-file"], finished.errors
    assert "from_local_sync" in finished.violations[0]["advice"]


@pytest.mark.parametrize(
    "call",
    [
        "File.from_local(__file__)",
        "File(path=__file__).download()",
        "Dir.from_local('.')",
        "DataFrame.wrap_df(1).all()",
    ],
)
def test_a_coroutine_of_the_data_types_that_nothing_awaits_is_refused(call: str, tmp_path: pathlib.Path) -> None:
    program = f"""
    import flyte
    from flyte.io import DataFrame, Dir, File
    flyte.init()
    env = flyte.TaskEnvironment(name="files")

    @env.task
    def forgetful() -> str:
        {call}  # HERE
        return "done"

    flyte.with_runcontext(mode="local").run(forgetful)
    """
    finished = run_program(tmp_path, program, strict=True)
    assert [each["rule"] for each in finished.violations] == ["unawaited-call"], finished.errors
    assert finished.violations[0]["line"] == finished.line_of("HERE")
    assert call.split("(")[0].split(".")[0] in finished.violations[0]["message"]
