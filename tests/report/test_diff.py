"""Diffs as bytes: what git and patch make of them is what was meant."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flyte_migrate.diagnostics import Rewritten
from flyte_migrate.report.diff import colored, unified
from flyte_migrate.report.style import Style

LINES = st.lists(
    st.sampled_from(
        [b"a", b"b", b"c = [1]", b"", b"\r", b"\x0c", b"\xe9", b"--- x", b"+++ y", b"@@ -1 +1 @@", b"a\r", b"\x00"]
    )
)


def content(lines: list[bytes], ends: bool) -> bytes:
    return b"\n".join(lines) + (b"\n" if ends and lines else b"")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES, LINES, st.booleans(), st.booleans())
def test_git_applies_any_change(tmp_path: Path, old: list[bytes], new: list[bytes], a: bool, b: bool) -> None:
    before, after = content(old, a), content(new, b)
    if before == after or not before or not after:
        return  # an emptied file is a deletion for git, and a rewrite never empties one
    (tmp_path / "f.py").write_bytes(before)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        diff = unified(Rewritten("f.py", before, after))
    subprocess.run(["git", "apply", "--whitespace=nowarn"], cwd=tmp_path, input=diff, check=True, capture_output=True)
    assert (tmp_path / "f.py").read_bytes() == after


def test_a_missing_final_line_end_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert unified(Rewritten("f.py", b"a\nold", b"a\nnew\n")) == (
        b"--- a/f.py\n+++ b/f.py\n@@ -1,2 +1,2 @@\n a\n-old\n\\ No newline at end of file\n+new\n"
    )


def test_paths_are_relative_to_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    diff = unified(Rewritten(str(tmp_path / "pkg" / "f.py"), b"a\n", b"b\n"))
    assert diff.startswith(b"--- a/pkg/f.py\n+++ b/pkg/f.py\n")


def test_a_link_is_named_as_the_file_that_it_leads_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.py").write_bytes(b"old\n")
    (tmp_path / "link").symlink_to("real")
    monkeypatch.chdir(tmp_path)
    diff = unified(Rewritten("link/a.py", b"old\n", b"new\n"))
    assert diff.startswith(b"--- a/real/a.py\n+++ b/real/a.py\n")
    subprocess.run(["git", "apply"], input=diff, check=True)
    assert (tmp_path / "real" / "a.py").read_bytes() == b"new\n"


def test_colours_leave_the_bytes_alone() -> None:
    diff = unified(Rewritten("f.py", b"\xe9\r\nold\n", b"\xe9\r\nnew\n"))
    painted = colored(diff, Style(enabled=True))
    assert b"\x1b[32m+new\x1b[0m\n" in painted
    for code in (b"\x1b[0m", b"\x1b[1m", b"\x1b[31m", b"\x1b[32m", b"\x1b[36m"):
        painted = painted.replace(code, b"")
    assert painted == diff
    assert colored(diff, Style(enabled=False)) is diff
