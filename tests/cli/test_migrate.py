"""``migrate``: the diff, writing, the guard against lost work, standard input, and exit codes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.harness import Cli, Engine


def git(folder: Path, *arguments: str, stdin: bytes | None = None) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "core.autocrlf=false")
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True, input=stdin)


@pytest.fixture
def repository(project: Path) -> Path:
    git(project, "init", "-q")
    return project


def commit(repository: Path) -> None:
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "start")


FILES = {
    "plain.py": b"a\nb\nold\nc\n",
    "pkg/crlf.py": b"a\r\nold\r\nb\r\n",
    "pkg/no newline.py": b"a\nold",
    "pkg/gains nothing.py": b"old\nlast line without end",
    "pkg/latin.py": b"# coding: latin-1\nx = '\xe9 old'\n",
    "pkg/bom.py": b"\xef\xbb\xbfold\n",
    "pkg/mixed.py": b"one\r\nold\ntwo\rthree\n\x0cold\n",
    "pkg/carriage returns.py": b"x\rold\ry\r",
    "pkg/separators.py": "s = '\u2028old\x85'\n".encode(),
    'pkg/odd "name"\t\\.py': b"old\n",
    "pkg/été.py": b"old\n",
    "pkg/far apart.py": b"old\n" + b"x\n" * 30 + b"old\n",
    "pkg/only old.py": b"old",
    "pkg/null.py": b"x = '\\0' # old \x00\n",
}


def fill(root: Path) -> None:
    for name, data in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*.py"))}


def test_the_diff_applied_by_git_is_what_write_writes(repository: Path, cli: Cli, engine: Engine) -> None:
    fill(repository)
    commit(repository)
    diff = cli("migrate", ".").out
    git(repository, "apply", stdin=diff)
    applied = contents(repository)
    git(repository, "checkout", "-q", ".")
    assert cli("migrate", ".", "--write").code == 0
    assert contents(repository) == applied
    assert applied == {name: data.replace(b"old", b"new") for name, data in FILES.items()}


def test_the_diff_applies_in_a_folder_of_the_repository(
    repository: Path, cli: Cli, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(repository)
    commit(repository)
    monkeypatch.chdir(repository / "pkg")
    diff = cli("migrate", ".").out
    git(repository / "pkg", "apply", stdin=diff)
    assert (repository / "pkg" / "crlf.py").read_bytes() == b"a\r\nnew\r\nb\r\n"
    assert (repository / "plain.py").read_bytes() == FILES["plain.py"]


def test_changes_above_the_working_directory_are_no_diff_for_git(
    project: Path, cli: Cli, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.py", "pkg/b.py"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text("old\n")
    monkeypatch.chdir(project / "pkg")
    assert "`git apply` takes the diff of 1 of these files only in a folder above" in cli("migrate", "..").err
    assert "git apply" not in cli("migrate", "b.py").err
    assert "git apply" not in cli("migrate", "../a.py", "--write").err


def test_the_diff_is_a_plain_unified_diff(project: Path, cli: Cli, engine: Engine) -> None:
    (project / "a.py").write_bytes(b"def f(x: dict[str, int]): return '[/red]' # :smile: old" + b" x" * 80 + b"\n")
    lines = cli("a.py").out.split(b"\n")
    assert lines[0] == b"--- a/a.py"
    assert lines[1] == b"+++ b/a.py"
    assert lines[2] == b"@@ -1 +1 @@"
    assert lines[3] == b"-def f(x: dict[str, int]): return '[/red]' # :smile: old" + b" x" * 80


def test_a_dry_run_changes_nothing_and_says_that_changes_are_pending(project: Path, cli: Cli, engine: Engine) -> None:
    (project / "a.py").write_text("old\n")
    result = cli("migrate", ".")
    assert result.code == 1
    assert (project / "a.py").read_text() == "old\n"
    assert "1 file scanned, 1 would change, 0 left for you, 0 failed" in result.err
    assert "--write does it" in result.err


def test_bare_paths_and_bare_options_are_a_migration(project: Path, cli: Cli, engine: Engine) -> None:
    (project / "a.py").write_text("old\n")
    assert cli("a.py").out == cli("migrate", "a.py").out
    assert cli("--write", "a.py").code == 0
    assert (project / "a.py").read_text() == "new\n"


@pytest.mark.parametrize(
    ("text", "dry", "written"),
    [
        ("nothing\n", 0, 0),
        ("old\n", 1, 0),
        ("old MANUAL\n", 1, 1),
        ("MANUAL\n", 1, 1),
        ("old NOTE\n", 1, 0),
        ("NOTE\n", 0, 0),
        ("BROKEN\n", 1, 1),
        ("CRASH\n", 3, 3),
    ],
)
def test_exit_codes(project: Path, cli: Cli, engine: Engine, text: str, dry: int, written: int) -> None:
    (project / "a.py").write_text(text)
    assert cli("migrate", ".").code == dry
    assert cli("migrate", ".", "--write").code == written


def test_exit_zero_hides_findings_but_no_failure(project: Path, cli: Cli, engine: Engine) -> None:
    (project / "a.py").write_text("old MANUAL\n")
    assert cli("migrate", ".", "--exit-zero").code == 0
    (project / "b.py").write_text("CRASH\n")
    assert cli("migrate", ".", "--exit-zero").code == 3


def test_a_failing_file_does_not_stop_the_others(project: Path, cli: Cli, engine: Engine) -> None:
    (project / "a.py").write_text("CRASH\n")
    (project / "b.py").write_text("old\n")
    result = cli("migrate", ".", "--write", "-v")
    assert result.code == 3
    assert (project / "b.py").read_text() == "new\n"
    assert "failed: a.py: ValueError: the engine stumbled" in result.err
    assert "Traceback: here" in result.err


def test_uncommitted_changes_keep_everything_as_it_is(repository: Path, cli: Cli, engine: Engine) -> None:
    fill(repository)
    commit(repository)
    (repository / "plain.py").write_bytes(b"old and mine\n")
    before = contents(repository)
    result = cli("migrate", ".", "--write")
    assert result.code == 2
    assert "uncommitted changes in 1 of the 14 files to be changed:\n  plain.py\n" in result.err
    assert "--allow-dirty" in result.err
    assert contents(repository) == before


def test_uncommitted_changes_of_files_that_stay_do_not_matter(repository: Path, cli: Cli, engine: Engine) -> None:
    (repository / "a.py").write_text("old\n")
    (repository / "b.py").write_text("x\n")
    commit(repository)
    (repository / "b.py").write_text("y\n")
    assert cli("migrate", ".", "--write").code == 0


def test_allow_dirty_writes_over_uncommitted_changes(repository: Path, cli: Cli, engine: Engine) -> None:
    (repository / "a.py").write_text("old\n")
    assert cli("migrate", ".", "--write", "--allow-dirty").code == 0
    assert (repository / "a.py").read_text() == "new\n"


def test_a_file_that_changed_meanwhile_is_kept_and_told(
    project: Path, cli: Cli, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flyte_migrate.project import source

    (project / "a.py").write_text("old\n")
    write = source.write_atomic

    def late(path: str, before: bytes, after: bytes) -> None:
        (project / "a.py").write_text("somebody else\n")
        write(path, before, after)

    monkeypatch.setattr(source, "write_atomic", late)
    result = cli("migrate", ".", "--write")
    assert result.code == 1
    assert "a.py:1:1: FM002 it changed while it was being migrated" in result.err
    assert (project / "a.py").read_text() == "somebody else\n"


def test_findings_are_grouped_by_file_and_explained_once(project: Path, cli: Cli, engine: Engine) -> None:
    (project / "a.py").write_text("x\nMANUAL\nMANUAL\n")
    (project / "b.py").write_text("MANUAL\n")
    lines = cli("migrate", ".", "--color", "never").err.splitlines()
    assert lines[:6] == [
        "a.py:2:1: FM203 about MANUAL",
        "a.py:3:1: FM203 about MANUAL",
        "",
        "b.py:1:1: FM203 about MANUAL",
        "",
        "What to do:",
    ]
    assert sum(line.startswith("  FM203 ") for line in lines) == 1
    assert "2 files scanned, 0 would change, 3 left for you (3 FM203), 0 failed" in lines[-1]


def test_notes_are_explained_only_when_asked(project: Path, cli: Cli, engine: Engine) -> None:
    (project / "a.py").write_text("NOTE\n")
    assert "What to do" not in cli("migrate", ".").err
    assert "Remove the comment." in cli("migrate", ".", "-v").err


def test_quiet_leaves_diff_and_findings_only(project: Path, cli: Cli, engine: Engine) -> None:
    (project / "a.py").write_text("old MANUAL\n")
    result = cli("migrate", ".", "-q")
    assert result.err == "a.py:1:1: FM203 about MANUAL\n"
    assert result.out.startswith(b"--- a/a.py\n")


def test_a_machine_report_takes_the_place_of_the_diff(project: Path, cli: Cli, engine: Engine) -> None:
    (project / "a.py").write_text("old MANUAL\n")
    report = json.loads(cli("migrate", ".", "--output-format", "json").out)
    assert report["files"] == [{"path": "a.py", "outcome": "would-rewrite"}]
    assert [item["code"] for item in report["findings"]] == ["FM203"]


def test_with_a_report_file_the_diff_stays(project: Path, cli: Cli, engine: Engine) -> None:
    (project / "a.py").write_text("old MANUAL\n")
    result = cli("migrate", ".", "--output-format", "json", "--output-file", "report.json")
    assert result.out.startswith(b"--- a/a.py\n")
    assert json.loads((project / "report.json").read_text())["summary"]["changed"] == 1


def test_no_file_is_changed_when_the_report_can_not_be_written(project: Path, cli: Cli, engine: Engine) -> None:
    (project / "a.py").write_text("old\n")
    result = cli("migrate", ".", "--write", "--output-format", "json", "--output-file", "no/such/report.json")
    assert result.code == 2
    assert (project / "a.py").read_text() == "old\n"


def test_statistics_count_by_code(project: Path, cli: Cli, engine: Engine) -> None:
    (project / "a.py").write_text("MANUAL\nMANUAL\nNOTE\n")
    result = cli("migrate", ".", "--statistics", "--color", "never")
    assert [line.split()[:2] for line in result.err.splitlines()[:2]] == [["2", "FM203"], ["1", "FM005"]]


def test_standard_input_comes_out_migrated(project: Path, cli: Cli, engine: Engine) -> None:
    result = cli("-", "--stdin-filename", "pkg/a.py", stdin=b"\xef\xbb\xbfold\r\n")
    assert (result.code, result.out, result.err) == (0, b"\xef\xbb\xbfnew\r\n", "")
    assert [candidate.display for candidate in engine.candidates] == ["pkg/a.py"]


@pytest.mark.parametrize(("text", "code"), [(b"same", 0), (b"MANUAL", 1), (b"BROKEN", 1), (b"CRASH", 3)])
def test_standard_input_that_can_not_be_migrated_comes_out_as_it_went_in(
    project: Path, cli: Cli, engine: Engine, text: bytes, code: int
) -> None:
    result = cli("migrate", "-", stdin=text)
    assert (result.code, result.out) == (code, text)


def test_standard_input_has_a_report_even_without_findings(project: Path, cli: Cli, engine: Engine) -> None:
    result = cli("migrate", "-", "--output-format", "sarif", stdin=b"old\n")
    assert (result.code, result.out) == (0, b"new\n")
    assert json.loads(result.err)["runs"][0]["results"] == []
    cli("migrate", "-", "--output-format", "json", "--output-file", "report.json", stdin=b"old\n")
    assert json.loads((project / "report.json").read_text())["findings"] == []


def test_standard_input_stands_alone(project: Path, cli: Cli, engine: Engine) -> None:
    assert cli("migrate", "-", "a.py").code == 2
    assert cli("migrate", "-", "--write").code == 2


def test_a_part_is_migrated_with_the_knowledge_of_the_whole(project: Path, cli: Cli, engine: Engine) -> None:
    (project / "a.py").write_text("old\n")
    (project / "b.py").write_text("old\n")
    cli("migrate", "a.py")
    assert [candidate.display for candidate in engine.candidates] == ["a.py"]
    assert [[file.display for file in root.files] for root in engine.roots] == [["a.py", "b.py"]]


def test_flags_reach_the_engine(project: Path, cli: Cli, engine: Engine) -> None:
    (project / "a.py").write_text("old\n")
    cli(
        "migrate",
        ".",
        "--style",
        "async",
        "--map-errors",
        "return",
        "--no-todo",
        "--jobs",
        "3",
        "--ignore",
        "FM2,FM001",
    )
    settings = engine.settings
    assert (settings.style, settings.map_errors, settings.todo, settings.jobs) == ("async", "return", False, 3)
    assert settings.ignore == ("FM2", "FM001")


def test_flags_override_the_configuration_file(project: Path, cli: Cli, engine: Engine) -> None:
    (project / "pyproject.toml").write_text(
        '[tool.flyte-migrate]\nstyle = "async"\ntodo = false\njobs = 2\nignore = ["FM0"]\nexclude = ["gen"]\n'
    )
    (project / "a.py").write_text("old\n")
    cli("migrate", ".", "--style", "sync", "--ignore", "FM203")
    settings = engine.settings
    assert (settings.style, settings.todo, settings.jobs) == ("sync", False, 2)
    assert settings.ignore == ("FM0", "FM203")


def test_leftover_dependencies_are_noted(project: Path, cli: Cli, engine: Engine) -> None:
    (project / "a.py").write_text("old\n")
    (project / "requirements.txt").write_text("flytekit==1.16\n")
    result = cli("migrate", ".", "--write")
    assert result.code == 0
    assert "requirements.txt:1:1: FM902" in result.err


def test_the_diff_is_coloured_only_on_request_or_a_terminal(project: Path, cli: Cli, engine: Engine) -> None:
    (project / "a.py").write_text("old\n")
    assert b"\x1b[" not in cli("migrate", ".").out
    assert b"\x1b[31m-old\x1b[0m\n" in cli("migrate", ".", "--color", "always").out
