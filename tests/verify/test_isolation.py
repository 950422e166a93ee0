"""Programs can't harm the user's files, the tool, or each other."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from flyte_migrate.verify.model import Result, Verdict, VerifyError
from tests.verify.programs import AFTER, BEFORE, only, project, verified

HEAD = """
import os, pathlib, subprocess, sys, time
import flyte

env = flyte.TaskEnvironment(name="program")


@env.task
def main() -> str:
"""


def run(tmp_path: Path, body: str, **options: object) -> Result:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return only(verified(project(tmp_path / "program", program=HEAD + lines), **options))


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes() if path.is_file() else b"", path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
    }


def test_the_users_files_keep_every_byte_and_time(tmp_path: Path) -> None:
    writes = AFTER.replace("    return -x\n", '    open("data.txt", "a").write("more")\n    return -x\n')
    folder = project(tmp_path / "project", program=BEFORE, other=writes)
    (folder / "data.txt").write_text("data")
    before = state(folder)
    found = verified(folder)
    assert state(folder) == before
    assert [result.verdict for result in found.results] == [Verdict.RAN] * 4
    assert [Path(path).name for path in found.migrated] == ["program.py"]


def test_no_scratch_folder_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    run(tmp_path, "return 'done'")
    assert list(scratch.iterdir()) == []


def test_home_and_working_directory_are_the_programs_own(tmp_path: Path) -> None:
    result = run(tmp_path, "return os.path.expanduser('~') + ' ' + os.getcwd()")
    assert str(Path.home()) not in result.why
    assert str(tmp_path) not in result.why
    assert "flyte-migrate-verify" in result.why


def test_data_of_the_project_is_found_by_relative_paths(tmp_path: Path) -> None:
    folder = project(tmp_path / "program", program=HEAD + "    return open('data/words.txt').read()\n")
    (folder / "data").mkdir()
    (folder / "data" / "words.txt").write_text("alpha beta")
    assert only(verified(folder)).why == "gave 'alpha beta'"


def test_variables_of_the_sdk_do_not_leak_in_and_those_of_the_user_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLYTE_ENDPOINT", "production")
    body = "return f\"{os.environ.get('FLYTE_ENDPOINT')} {os.environ['TOKEN']}\""
    result = run(tmp_path, body, environment=(("TOKEN", "t"),))
    assert result.why == "gave 'None t'"


def test_standard_input_is_empty(tmp_path: Path) -> None:
    assert run(tmp_path, "return repr(sys.stdin.read())").why == "gave \"''\""


def test_a_program_that_takes_too_long_is_ended_with_what_it_started(tmp_path: Path) -> None:
    marker = tmp_path / "pid"
    body = f"""\
child = subprocess.Popen(['sleep', '600'])
pathlib.Path({str(marker)!r}).write_text(str(child.pid))
time.sleep(600)
"""
    result = run(tmp_path, body, timeout=10.0)
    assert result.verdict is Verdict.FAILED
    assert result.why == "it took over 10 s"
    assert "--timeout" in result.advice
    assert is_gone(int(marker.read_text()))


def is_gone(process: int) -> bool:
    for _ in range(50):
        try:
            os.kill(process, 0)
            if "\nState:\tZ" in Path(f"/proc/{process}/status").read_text():
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("os._exit(7)", "the program ended its process (exit code 7)"),
        ("os.kill(os.getpid(), 9)", "the program ended its process (signal SIGKILL)"),
    ],
)
def test_a_program_that_ends_its_process_fails_alone(body: str, why: str, tmp_path: Path) -> None:
    lines = f"    {body}\n\n\n@env.task\ndef other() -> int:\n    return 1\n"
    found = verified(project(tmp_path / "program", program=HEAD + lines))
    ended, other = found.results
    assert (ended.verdict, ended.why) == (Verdict.FAILED, why)
    assert (other.verdict, other.why) == (Verdict.RAN, "gave 1")


def test_a_module_that_does_not_compile_fails_alone(tmp_path: Path) -> None:
    broken_text = "import flyte\nraise SystemExit('no')\n"
    found = verified(project(tmp_path / "p", program=HEAD + "    return 'a'\n", broken=broken_text))
    broken, program = found.results
    assert (broken.verdict, program.verdict) == (Verdict.FAILED, Verdict.RAN)
    assert broken.why == "the module can't be imported: SystemExit: no"
    assert broken.place is not None and broken.place.line == 2


def test_secrets_get_placeholders_and_this_is_told(tmp_path: Path) -> None:
    text = HEAD.replace('name="program"', 'name="program", secrets=[flyte.Secret("crm", as_env_var="CRM_TOKEN")]')
    result = only(verified(project(tmp_path / "p", program=text + "    return os.environ['CRM_TOKEN']\n")))
    assert (result.verdict, result.why) == (Verdict.RAN, "gave 'placeholder'")
    assert result.notes == ("secrets had placeholder values: CRM_TOKEN",)


def test_an_interpreter_that_is_none_is_a_wrong_call(tmp_path: Path) -> None:
    folder = project(tmp_path / "p", program=HEAD + "    return ''\n")
    with pytest.raises(VerifyError, match="can't be run as a Python interpreter"):
        verified(folder, against_flytekit=True, v1_python="/nowhere/python")


def test_the_migrated_copy_can_be_kept(tmp_path: Path) -> None:
    folder = project(tmp_path / "p", program=BEFORE)
    verified(folder, keep=str(tmp_path / "kept"))
    assert "import flyte\n" in (tmp_path / "kept" / "program.py").read_text()
    with pytest.raises(VerifyError, match="not an empty folder"):
        verified(folder, keep=str(tmp_path / "kept"))


ORIGINAL = """
import os, sys, time
from flytekit import task, workflow


@task
def speak(word: str) -> str:
    {body}
    return word


@workflow
def main() -> str:
    return speak(word="done")
"""


def test_an_original_that_ends_its_process_or_hangs_does_not_stop_the_others(tmp_path: Path) -> None:
    bodies = {
        "ends": "os._exit(4) if 'flytekit' in sys.modules else None",
        "hangs": "time.sleep(600 if 'flytekit' in sys.modules else 0)",
        "runs": "pass",
    }
    folder = project(tmp_path / "p", **{name: ORIGINAL.format(body=body) for name, body in bodies.items()})
    found = {result.entry.module: result for result in verified(folder, against_flytekit=True, timeout=15.0).results}
    assert {name: result.verdict for name, result in found.items()} == {
        "ends": Verdict.RAN,
        "hangs": Verdict.RAN,
        "runs": Verdict.SAME,
    }
    told = "not compared: the original can't be run: "
    assert found["ends"].notes == (f"{told}the program ended its process (exit code 4)",)
    assert found["hangs"].notes == (f"{told}it took over 15 s",)


def test_an_original_that_differs_from_itself_is_compared_with_nothing(tmp_path: Path) -> None:
    text = ORIGINAL.format(body="word = os.urandom(4).hex()")
    result = only(verified(project(tmp_path / "p", program=text), against_flytekit=True))
    assert result.verdict is Verdict.SKIPPED
    assert result.why == "the original gives another result every time, so nothing can be compared"


def test_a_failure_points_to_what_was_left_for_a_person(tmp_path: Path) -> None:
    text = ORIGINAL.format(body="word = str(flytekit.current_context().stats)").replace(
        "import os", "import flytekit, os"
    )
    result = only(verified(project(tmp_path / "p", program=text)))
    assert result.verdict is Verdict.FAILED
    assert any("findings left for you, which may be the reason: FM402" in note for note in result.notes)


def test_an_installed_package_of_the_same_name_does_not_hide_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project(tmp_path / "site" / "flows", __init__="", program="raise AssertionError('the wrong one')\n", only_there="")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    folder = project(tmp_path / "p")
    project(folder / "flows", program=HEAD + "    return 'mine'\n", other=HEAD + "    return 'other'\n")
    (folder / "flows" / "pyproject.toml").unlink()
    found = verified(folder)
    assert {result.why for result in found.results} == {"gave 'mine'", "gave 'other'"}
