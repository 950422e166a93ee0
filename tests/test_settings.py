"""Settings: the configuration file, what overrides it, and which findings it lets through."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flyte_migrate import settings as module
from flyte_migrate.settings import Patterns, PerFileIgnore, Settings, SettingsError, load, parse_jobs, with_flags

EVERYTHING = """
[tool.flyte-migrate]
select = ["FM1", "FM9"]
ignore = ["FM101"]
exclude = ["legacy/", "*_pb2.py"]
respect-gitignore = false
style = "async"
map-errors = "return"
todo = false
env-name = "nightly-batch"
jobs = 4

[tool.flyte-migrate.per-file-ignores]
"tests/**" = ["FM9"]
"""


def configure(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "pyproject.toml"
    file.write_text(text)
    return file


def test_every_key_is_read(tmp_path: Path) -> None:
    configure(tmp_path, EVERYTHING)
    base = str(tmp_path)
    assert load(tmp_path) == Settings(
        style="async",
        map_errors="return",
        todo=False,
        env_name="nightly-batch",
        jobs=4,
        select=("FM1", "FM9"),
        ignore=("FM101",),
        per_file_ignores=(PerFileIgnore(Patterns(base, ("tests/**",)), ("FM9",)),),
        exclude=(Patterns(base, ("legacy/", "*_pb2.py")),),
        respect_gitignore=False,
    )


def test_the_nearest_file_with_our_table_counts(tmp_path: Path) -> None:
    configure(tmp_path, '[tool.flyte-migrate]\nstyle = "async"\n')
    configure(tmp_path / "a", "[tool.ruff]\nline-length = 100\n")
    (tmp_path / "a" / "b").mkdir()
    assert load(tmp_path / "a" / "b").style == "async"


def test_nothing_is_read_above_the_repository(tmp_path: Path) -> None:
    configure(tmp_path, '[tool.flyte-migrate]\nstyle = "async"\n')
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    assert load(tmp_path / "repository") == Settings()


def test_a_named_file_is_read_instead(tmp_path: Path) -> None:
    configure(tmp_path, '[tool.flyte-migrate]\nstyle = "async"\n')
    other = configure(tmp_path / "other", '[tool.flyte-migrate]\nmap-errors = "return"\n')
    settings = load(tmp_path, str(other))
    assert (settings.style, settings.map_errors) == ("sync", "return")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('maperrors = "raise"', "maperrors: unknown key; did you mean 'map-errors'?"),
        ('map_errors = "raise"', "map_errors: unknown key; did you mean 'map-errors'?"),
        ("zzz = 1", "zzz: unknown key; known keys: select, "),
        ('style = "fast"', "style: expected 'sync' or 'async', not 'fast'"),
        ('todo = "yes"', "todo: expected true or false"),
        ("jobs = 0", "jobs: expected a whole number of at least 1, or 'auto', not 0"),
        ("jobs = true", "jobs: expected a whole number"),
        ('select = "FM1"', "select: expected a list of strings"),
        ('ignore = ["E501"]', "ignore: 'E501' is not a code"),
        ('ignore = ["FM998"]', "ignore: no finding has the code FM998"),
        ('env-name = "My Env"', "env-name: 'My Env' is no environment name"),
        ("exclude = [1]", "exclude: expected a list of strings"),
        ('exclude = ["a\\\\"]', "exclude: "),
        ('per-file-ignores = ["a.py"]', "per-file-ignores: expected a table"),
        ('per-file-ignores = { "a.py" = "FM1" }', "per-file-ignores.'a.py': expected a list"),
    ],
)
def test_what_can_not_be_used_is_told_with_file_key_and_remedy(tmp_path: Path, text: str, message: str) -> None:
    file = configure(tmp_path, f"[tool.flyte-migrate]\n{text}\n")
    with pytest.raises(SettingsError) as error:
        load(tmp_path)
    assert str(error.value).startswith(f"{file}: [tool.flyte-migrate] {message}")


def test_a_misspelt_table_is_told(tmp_path: Path) -> None:
    configure(tmp_path, "[tool.flyte_migrate]\n")
    with pytest.raises(SettingsError, match=r"did you mean \[tool.flyte-migrate\]"):
        load(tmp_path)


def test_broken_toml_is_told(tmp_path: Path) -> None:
    configure(tmp_path, "[tool\n")
    with pytest.raises(SettingsError, match="not readable as TOML"):
        load(tmp_path)


def test_flags_that_were_not_given_change_nothing(tmp_path: Path) -> None:
    configure(tmp_path, EVERYTHING)
    settings = load(tmp_path)
    assert with_flags(settings, {"style": None, "ignore": None, "select": None, "jobs": None}) == settings


def test_select_replaces_and_ignore_and_exclude_extend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    configured = Settings(select=("FM1",), ignore=("FM2",), exclude=(Patterns("/x", ("a",)),))
    changed = with_flags(configured, {"select": ["fm9, FM901"], "ignore": ["FM901"], "exclude": ["b"]})
    assert changed.select == ("FM9", "FM901")
    assert changed.ignore == ("FM2", "FM901")
    assert changed.exclude == (Patterns("/x", ("a",)), Patterns(os.getcwd(), ("b",)))


@pytest.mark.parametrize(
    ("select", "ignore", "enabled"),
    [
        (("ALL",), (), True),
        (("ALL",), ("FM901",), False),
        (("ALL",), ("FM9",), False),
        (("FM901",), ("FM9",), True),
        (("FM9",), ("FM901",), False),
        (("FM901",), ("ALL",), True),
        (("FM1",), (), False),
        (("FM901",), ("FM901",), False),
    ],
)
def test_the_longest_match_decides(select: tuple[str, ...], ignore: tuple[str, ...], enabled: bool) -> None:
    assert Settings(select=select, ignore=ignore).enabled("FM901") is enabled


def test_codes_are_ignored_in_the_files_that_match(tmp_path: Path) -> None:
    settings = Settings(per_file_ignores=(PerFileIgnore(Patterns(str(tmp_path), ("tests/",)), ("FM9",)),))
    assert not settings.enabled("FM901", str(tmp_path / "tests" / "deep" / "a.py"))
    assert settings.enabled("FM101", str(tmp_path / "tests" / "a.py"))
    assert settings.enabled("FM901", str(tmp_path / "src" / "a.py"))
    assert settings.enabled("FM901", "/elsewhere/tests/a.py")


@pytest.mark.parametrize(("value", "jobs"), [("auto", 0), ("1", 1), (8, 8)])
def test_jobs(value: str | int, jobs: int) -> None:
    assert parse_jobs(value) == jobs


@pytest.mark.parametrize("value", ["", "0", "-1", "many", "1.5", True, None])
def test_jobs_that_are_no_number(value: str) -> None:
    with pytest.raises(ValueError, match="whole number"):
        parse_jobs(value)


def test_more_processes_than_pay_off_are_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_usable_processors", lambda: 4)
    assert [Settings().workers(tasks, 10) for tasks in (0, 9, 19, 20, 1000)] == [1, 1, 1, 2, 4]
    assert [Settings(jobs=3).workers(tasks, 10) for tasks in (0, 2, 1000)] == [1, 2, 3]
